import type { BodyLimits } from '../http/body.ts';
import type { Handler } from '../http/context.ts';
import { createListModelsRoute } from '../http/models/list-models.ts';
import { createSetModelAliasRoute } from '../http/models/set-model-alias.ts';
import { createUploadModelRoute } from '../http/models/upload-model.ts';
import { createInferRoute } from '../http/open-inference/infer.ts';
import { createModelMetadataRoute, createModelReadyRoute } from '../http/open-inference/model-metadata.ts';
import { createServerReadyRoute, serverLive } from '../http/open-inference/server-health.ts';
import { createServerMetadataRoute } from '../http/open-inference/server-metadata.ts';
import { storedModelBytesMax } from '../models/fetch-bundle.ts';
import { registerBundle } from '../models/register-bundle.ts';
import { setAlias } from '../models/set-alias.ts';
import { loadKey } from '../store/load-key.ts';
import { loadAliases } from '../store/registry-in-force.ts';
import {
  insertAlias,
  insertBundle,
  loadAliasHistory,
  loadBundles,
  loadRegistryEpoch,
} from '../store/registry-rows.ts';
import type { AdaptersWithOrm, Models } from './adapters.ts';

/** An upload's model in base64, and its texts. */
const uploadBytesMax = Math.ceil((storedModelBytesMax * 4) / 3) + 262_144;

/** What operators do to the registry. */
export function createModelRoutes(
  adapters: AdaptersWithOrm,
  { shipped, loading }: Models,
  bodyLimits: BodyLimits,
) {
  const { database, authenticator, control, source, trail, clock } = adapters;
  const operator = { authenticator, control };
  return {
    listModels: createListModelsRoute({
      ...operator,
      loadAliases: () => loadAliases(database),
      loadBundles: (countMax) => loadBundles(database, countMax),
    }),
    uploadModel: createUploadModelRoute({
      ...operator,
      bodyLimits: { ...bodyLimits, bodyBytesMax: uploadBytesMax },
      register: (files, uploader) =>
        registerBundle(files, uploader, {
          ...loading,
          source,
          trail,
          clock,
          insertBundle: (row) => insertBundle(database, row),
        }),
    }),
    setModelAlias: createSetModelAliasRoute({
      ...operator,
      bodyLimits,
      setAlias: (ask) =>
        setAlias(ask, {
          ...loading,
          source,
          shipped,
          trail,
          clock,
          loadKey: (id) => loadKey(database, id),
          loadRegistryEpoch: () => loadRegistryEpoch(database),
          loadAliasHistory: (name, alias) => loadAliasHistory(database, name, alias),
          insertAlias: (row) => insertAlias(database, row),
        }),
    }),
  };
}

interface OpenInferenceParts {
  readonly readyz: Handler;
  readonly bodyLimits: BodyLimits;
  readonly isDraining: () => boolean;
}

export function createOpenInferenceRoutes(
  adapters: AdaptersWithOrm,
  { readyz, bodyLimits, isDraining }: OpenInferenceParts,
) {
  const { authenticator, control, registry } = adapters;
  return {
    serverMetadata: createServerMetadataRoute({ authenticator, control }),
    serverLive,
    serverReady: createServerReadyRoute(readyz),
    modelMetadata: createModelMetadataRoute({ authenticator, control, registry }),
    modelReady: createModelReadyRoute({ authenticator, control, registry }),
    infer: createInferRoute({ authenticator, control, registry, bodyLimits, isDraining }),
  };
}
