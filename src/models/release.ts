import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/digest.ts';
import { ed25519PublicKey } from '../core/ed25519.ts';
import { err, ok, type Result } from '../core/result.ts';
import { contractHash, type FeatureSet } from '../features/vector.ts';
import { constantFault } from '../onnx/constant-fault.ts';
import { decodeModel, type GraphProto, type ModelProto, type ValueInfoProto } from '../onnx/model-proto.ts';
import { tensorType } from '../onnx/tensor.ts';
import type { BundleFiles } from '../runtime.ts';
import { type Bundle, openBundle } from './bundle.ts';
import { signBundle } from './bundle-signature.ts';
import { type Manifest, modelBytesMax } from './manifest.ts';
import { servedFeatures } from './served-features.ts';

/** What a trainer must say about a model; what can be computed from the model itself it cannot say. */
export interface BundleDraft extends Omit<Manifest, 'format' | 'model' | 'features'> {
  /** The ONNX ModelProto. */
  readonly model: Uint8Array;
  readonly featureSet: FeatureSet;
}

export interface Release {
  readonly bundle: Bundle;
  readonly files: BundleFiles & { readonly signature: string };
}

/**
 * The only way a model gets out. Reads the graph, fills in hashes, shapes and names, signs, and opens the result as a
 * server would; what does not fit is refused with the reason. The same draft and key give the same bytes, so the
 * bundle's version names its content.
 *
 * @param signingKey Ed25519 secret seed, 64 lower-case hex digits; throws on another form
 */
export function releaseBundle(draft: BundleDraft, signingKey: string): Result<Release, string> {
  const manifest = completeManifest(draft);
  if (!manifest.ok) return err(`${draft.name}: ${manifest.error}`);
  const features = servedFeatures(manifest.value);
  if (!features.ok) return err(`${draft.name}: ${features.error}`);
  const text = `${JSON.stringify(manifest.value, null, 2)}\n`;
  // Of the text, in which a number that is not finite has become a null that the opening refuses.
  const signature = signBundle(sha256Hex(canonicalJson(JSON.parse(text))), signingKey);
  const files = { manifest: text, signature, model: draft.model };
  const opened = openBundle(files, { publicKeys: [ed25519PublicKey(signingKey)] });
  return opened.ok ? ok({ bundle: opened.value, files }) : err(`${draft.name}: ${opened.error.detail}`);
}

function completeManifest(draft: BundleDraft): Result<Manifest, string> {
  const sizeBytes = draft.model.length;
  if (sizeBytes > modelBytesMax)
    return err(`the model has ${sizeBytes} bytes, above the limit of ${modelBytesMax}`);
  const decoded = decodeModel(draft.model);
  if (!decoded.ok) return decoded;
  const facts = graphFacts(decoded.value, draft.featureSet.indicators.length, draft.heads.length);
  if (!facts.ok) return facts;
  const domainFault = faultOfDomain(draft);
  return domainFault === undefined ? ok(manifestOf(draft, facts.value)) : err(domainFault);
}

interface GraphFacts {
  readonly opset: number;
  readonly mlOpset: number | null;
  readonly quantization: Manifest['model']['quantization'];
  readonly inputName: string;
  readonly outputName: string;
}

/** In the order of the schema, which is the order people read. */
function manifestOf(draft: BundleDraft, facts: GraphFacts): Manifest {
  const { model, featureSet, name, purpose, rung, ...said } = draft;
  return {
    format: 2,
    name,
    purpose,
    ...(rung === undefined ? {} : { rung }),
    model: { sha256: sha256Hex(model), sizeBytes: model.length, ...facts },
    features: {
      set: featureSet.name,
      contractHash: contractHash(featureSet),
      names: featureSet.indicators.map((indicator) => indicator.name),
      windowBars: featureSet.windowBars,
    },
    heads: said.heads,
    target: said.target,
    symbols: said.symbols,
    interval: said.interval,
    calendar: said.calendar,
    policy: said.policy,
    domain: said.domain,
    data: said.data,
    lineage: said.lineage,
  };
}

/** Refuses a graph that is not one f32[batch, width] → f32[batch, heads] function of finite weights in the file. */
function graphFacts(model: ModelProto, width: number, headCount: number): Result<GraphFacts, string> {
  const graph = model.graph;
  if (!graph) return err('the model has no graph');
  const opset = opsetOf(model, '');
  if (opset === undefined) return err('the model imports no standard operator set');
  const fault = constantFault(graph);
  if (fault !== undefined) return err(fault);
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
  const input = onlyBatchOf('input', inputs, width);
  if (!input.ok) return input;
  const output = onlyBatchOf('output', graph.outputs, headCount);
  if (!output.ok) return output;
  return ok({
    opset,
    mlOpset: opsetOf(model, 'ai.onnx.ml') ?? null,
    quantization: isQuantized(graph) ? 'int8' : 'none',
    inputName: input.value,
    outputName: output.value,
  });
}

const opsetOf = (model: ModelProto, wanted: string): number | undefined =>
  model.operatorSets.find(({ domain }) => (domain ?? '') === wanted)?.version;

/** The name of the only value, which must be f32[batch, width] with a free batch. */
function onlyBatchOf(role: string, values: readonly ValueInfoProto[], width: number): Result<string, string> {
  const [value, another] = values;
  if (!value?.name || another) return err(`the graph needs exactly one ${role}, has ${values.length}`);
  const tensor = value.type?.tensor;
  const dims = tensor?.shape?.dims ?? [];
  const shape = dims.map((dim) => dim.value ?? dim.parameter ?? '?').join(', ');
  const [batch, columns] = dims;
  const fits = dims.length === 2 && batch?.value === undefined && columns?.value === width;
  if (tensor?.elementType !== tensorType.float || !fits) {
    return err(
      `${role} ${value.name} must be f32[batch, ${width}], is type ${tensor?.elementType}[${shape}]`,
    );
  }
  return ok(value.name);
}

/** Operators that hold or compute in 8 bits or fewer, of the standard set and of onnxruntime's own. */
const quantizedOperator = /Quantize|Dequantize|Integer|^QLinear|^QGemm$|^MatMulNBits$/;

const isQuantized = (graph: GraphProto): boolean =>
  graph.nodes.some(({ opType }) => quantizedOperator.test(opType ?? ''));

/** A baseline outside its own domain would make the model's first probe an abstention. */
function faultOfDomain({ domain, featureSet }: BundleDraft): string | undefined {
  const fault = featureSet.indicators.findIndex((_, i) => {
    const baseline = domain.baseline[i] ?? NaN;
    return !((domain.min[i] ?? NaN) <= baseline && baseline <= (domain.max[i] ?? NaN));
  });
  return fault < 0
    ? undefined
    : `the baseline of ${featureSet.indicators[fault]?.name} lies outside its domain`;
}
