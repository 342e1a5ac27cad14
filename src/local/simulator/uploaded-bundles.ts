import { hexOf } from '../../core/hex.ts';
import { bundleNames } from './small-model.ts';
import type { World } from './world.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The rows as if every bundle had been uploaded, and one of them put on its rung of the ladder. */
export const insertBundlesSql = (releases: World['releases']): string =>
  [
    ...bundleNames.map((name) => {
      const { bundle, files } = releases[name];
      const { hash, manifest } = bundle;
      const row = [hash, manifest.name, files.manifest, files.signature, manifest.model.sha256].map(quoted);
      const content = `X'${hexOf(files.model)}'`;
      return (
        `INSERT INTO bundles VALUES (${row.join(', ')}, 0, 'uploader');\n` +
        `INSERT INTO bundle_models VALUES (${quoted(manifest.model.sha256)}, ${content});`
      );
    }),
    'INSERT INTO model_aliases VALUES ' +
      `(1, 'small', 'light', '${releases.light.bundle.hash}', 0, 'operator', 'simulated');`,
  ].join('\n');
