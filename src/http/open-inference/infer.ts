import type { Control } from '../../control/control.ts';
import { err, ok, type Result } from '../../core/result.ts';
import type { ServedModel } from '../../models/catalog.ts';
import { outsideDomain } from '../../models/outside-domain.ts';
import type { Registry } from '../../models/registry.ts';
import type { Authenticator, Principal } from '../auth.ts';
import { type BodyLimits, parseJson, readBody } from '../body.ts';
import type { Handler, RouteContext } from '../context.ts';
import type { Problem } from '../problem.ts';
import { readShape } from '../read-shape.ts';
import { takeToken } from '../take-token.ts';
import { errorResponse } from './error-response.ts';
import { findModel } from './find-model.ts';
import {
  type InferenceRequest,
  type InferenceResponse,
  inferenceRequestSchema,
} from './inference-schemas.ts';
import { type InputRows, readInputRows } from './input-rows.ts';

interface InferOptions {
  readonly authenticator: Authenticator;
  readonly control: Pick<Control, 'permit' | 'keysNews'>;
  readonly registry: Pick<Registry, 'current'>;
  readonly bodyLimits: BodyLimits;
  readonly isDraining: () => boolean;
}

interface Asked {
  readonly principal: Principal;
  readonly model: ServedModel;
  readonly request: InferenceRequest;
  readonly rows: InputRows;
}

/**
 * `POST /v2/models/{model}/infer`: scores rows, for one token of the key's bucket. No decision: policy, permission to
 * trade and record are not part of it, so it has neither id nor receipt that an order could cite.
 */
export function createInferRoute(options: InferOptions): Handler {
  const { control, isDraining } = options;
  return async (context) => {
    if (isDraining()) return errorResponse({ code: 'SHUTTING_DOWN', retryAfterMs: 1_000 });
    const keysNews = control.keysNews();
    const asked = await readAsked(context, options);
    if (!asked.ok) return errorResponse(asked.error);
    context.var.stages.begin('permit');
    const { principal } = asked.value;
    const prove = () => authenticate(context, options);
    const charged = await takeToken(context, { principal, keysNews, prove }, control);
    if (!charged.ok) return errorResponse(charged.error.problem, charged.error.headers);
    context.var.stages.begin('model');
    return scoresOf(asked.value, charged.value.headers);
  };
}

const authenticate = ({ req, env }: RouteContext, { authenticator }: InferOptions) =>
  authenticator.authenticate(req.raw.headers.get('authorization'), 'decide', env.scope);

async function readAsked(context: RouteContext, options: InferOptions): Promise<Result<Asked, Problem>> {
  const principal = await authenticate(context, options);
  if (!principal.ok) return principal;
  const model = findModel(context, options.registry.current());
  if (!model.ok) return model;
  context.var.stages.begin('validate');
  const text = await readBody(context.req.raw, options.bodyLimits);
  if (!text.ok) return text;
  const body = parseJson(text.value);
  if (!body.ok) return body;
  const shaped = readShape(inferenceRequestSchema, body.value);
  if (!shaped.ok) {
    const faults = shaped.error.faults ?? [];
    return err({
      code: 'INVALID_REQUEST',
      detail: faults.map(({ path, message }) => `${path} ${message}`).join('; '),
    });
  }
  const rows = readInputRows(shaped.value, model.value.bundle.manifest);
  if (!rows.ok) return rows;
  return ok({ principal: principal.value, model: model.value, request: shaped.value, rows: rows.value });
}

async function scoresOf(
  { model, request, rows }: Asked,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const { manifest, version } = model.bundle;
  const { values, rowCount } = rows;
  const run = await model.runnable.run(values, rowCount);
  if (!run.ok) return errorResponse({ code: 'INTERNAL', detail: `the model failed: ${run.error.kind}` });
  const response: InferenceResponse = {
    model_name: manifest.name,
    model_version: version,
    ...(request.id === undefined ? {} : { id: request.id }),
    parameters: {
      engine: model.runnable.engine,
      rows_out_of_domain: countOutside(rows, model),
    },
    outputs: [
      {
        name: manifest.model.outputName,
        shape: [rowCount, manifest.heads.length],
        datatype: 'FP32',
        data: Array.from(run.value),
      },
    ],
  };
  return new Response(JSON.stringify(response), {
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}

function countOutside({ values, rowCount }: InputRows, { bundle }: ServedModel): number {
  const { domain, features } = bundle.manifest;
  const width = features.names.length;
  let count = 0;
  for (let row = 0; row < rowCount; row += 1) {
    const rowValues = values.subarray(row * width, (row + 1) * width);
    if (outsideDomain(domain, rowValues) !== undefined) count += 1;
  }
  return count;
}
