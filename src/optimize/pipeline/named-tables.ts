import type { ModelTables } from '../compress/model-tables.ts';

/** A form of the model under its name. */
export interface NamedTables {
  readonly name: string;
  readonly model: ModelTables;
}
