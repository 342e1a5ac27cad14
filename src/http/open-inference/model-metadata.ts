import type { ServedModel } from '../../models/catalog.ts';
import type { Registry } from '../../models/registry.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { Handler } from '../context.ts';
import { errorResponse } from './error-response.ts';
import { findModel } from './find-model.ts';
import { readerScopes } from './reader-scopes.ts';

interface ModelRouteOptions extends LiveAuthentication {
  readonly registry: Pick<Registry, 'current'>;
}

/** `GET /v2/models/{model}`: its tensors, by the names of its manifest. */
export const createModelMetadataRoute = (options: ModelRouteOptions): Handler =>
  createModelRoute(options, ({ bundle: { manifest, version } }) => ({
    name: manifest.name,
    versions: [version],
    platform: 'onnx_onnxv1',
    inputs: [tensor(manifest.model.inputName, manifest.features.names.length)],
    outputs: [tensor(manifest.model.outputName, manifest.heads.length)],
  }));

/** `GET /v2/models/{model}/ready`: a model that is served was verified, loaded and probed. */
export const createModelReadyRoute = (options: ModelRouteOptions): Handler =>
  createModelRoute(options, ({ bundle }) => ({ name: bundle.manifest.name, ready: true }));

function createModelRoute(options: ModelRouteOptions, describe: (model: ServedModel) => object): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, readerScopes, options);
    if (!principal.ok) return errorResponse(principal.error);
    const model = findModel(context, options.registry.current());
    if (!model.ok) return errorResponse(model.error);
    return new Response(JSON.stringify(describe(model.value)), {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    });
  };
}

/** −1 is the protocol's word for any number of rows. */
const tensor = (name: string, width: number) => ({ name, datatype: 'FP32', shape: [-1, width] });
