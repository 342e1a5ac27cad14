import type { registerBundle, Uploader } from '../../models/register-bundle.ts';
import type { BundleFiles } from '../../runtime.ts';
import { authenticateLive, type LiveAuthentication } from '../authenticate-live.ts';
import type { BodyLimits } from '../body.ts';
import type { Handler } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { readJson } from '../read-json.ts';
import { bundleProblem } from './bundle-problem.ts';
import { bundleOf } from './list-models.ts';
import { uploadRequestSchema } from './model-schemas.ts';

interface UploadModelOptions extends LiveAuthentication {
  readonly register: (
    files: BundleFiles & { readonly signature: string },
    uploader: Uploader,
  ) => ReturnType<typeof registerBundle>;
  readonly bodyLimits: BodyLimits;
}

/** `POST /v1/models`: takes in a bundle that is as good as one that is served; it is in force nowhere yet. */
export function createUploadModelRoute(options: UploadModelOptions): Handler {
  return async (context) => {
    const principal = await authenticateLive(context, 'operate', options);
    if (!principal.ok) return problemResponse(principal.error);
    const body = await readJson(context.req.raw, uploadRequestSchema, options.bodyLimits);
    if (!body.ok) return problemResponse(body.error);
    const { manifest, signature, reason } = body.value;
    const model = bytesOf(body.value.model);
    if (!model) {
      const fault = { path: 'model', code: 'NOT_BASE64', message: 'is not base64' };
      return problemResponse({ code: 'INVALID_REQUEST', faults: [fault] });
    }
    const { id: keyId, account } = principal.value;
    const { clientAddress } = context.env.scope;
    const uploader = { actor: { kind: 'key', keyId, account }, clientAddress, reason } as const;
    const registered = await options.register({ manifest, signature, model }, uploader);
    switch (registered.kind) {
      case 'registered':
        return context.json(bundleOf(registered.row), registered.isNew ? 201 : 200, {
          'cache-control': 'no-store',
        });
      case 'refused':
        return bundleProblem(registered.fault);
      case 'unavailable':
        return problemResponse({ code: 'RECORD_UNAVAILABLE', retryAfterMs: 1_000 });
    }
  };
}

function bytesOf(base64: string): Uint8Array | undefined {
  try {
    const text = atob(base64);
    return Uint8Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  } catch {
    return undefined;
  }
}
