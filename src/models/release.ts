import { sha256Hex } from '../core/digest.ts';
import { err, ok, type Result } from '../core/result.ts';
import { contractHash, type FeatureSet } from '../features/vector.ts';
import { decodeModel, type GraphProto, type ModelProto, type ValueInfoProto } from '../onnx/model-proto.ts';
import { tensorType } from '../onnx/tensor.ts';
import type { BundleFiles } from '../runtime.ts';
import { type Bundle, type Manifest, openBundle } from './bundle.ts';

/** What a trainer must say about a model; what can be computed from the model itself it cannot say. */
export interface BundleDraft extends Omit<Manifest, 'format' | 'model' | 'features'> {
  /** The ONNX ModelProto. */
  readonly model: Uint8Array;
  readonly featureSet: FeatureSet;
}

export interface Release {
  readonly bundle: Bundle;
  readonly files: BundleFiles;
}

/**
 * The only way a model gets out. Reads the graph, fills in hashes, shapes and names, and opens the result as a
 * server would; what does not fit is refused with the reason. The same draft gives the same bytes, so the
 * bundle's version names its content.
 */
export function releaseBundle(draft: BundleDraft): Result<Release, string> {
  const decoded = decodeModel(draft.model);
  if (!decoded.ok) return err(`${draft.name}: ${decoded.error}`);
  const facts = graphFacts(decoded.value, draft.featureSet.indicators.length);
  if (!facts.ok) return err(`${draft.name}: ${facts.error}`);
  const domainFault = faultOfDomain(draft);
  if (domainFault !== undefined) return err(`${draft.name}: ${domainFault}`);
  const files = {
    manifest: `${JSON.stringify(manifestOf(draft, facts.value), null, 2)}\n`,
    model: draft.model,
  };
  const opened = openBundle(files);
  return opened.ok ? ok({ bundle: opened.value, files }) : opened;
}

interface GraphFacts {
  readonly opset: number;
  readonly quantization: Manifest['model']['quantization'];
  readonly inputName: string;
  readonly outputName: string;
}

/** In the order of the schema, which is the order people read. */
function manifestOf(draft: BundleDraft, facts: GraphFacts): Manifest {
  const { model, featureSet, name, purpose, ...said } = draft;
  return {
    format: 1,
    name,
    purpose,
    model: { sha256: sha256Hex(model), sizeBytes: model.length, ...facts },
    features: {
      set: featureSet.name,
      contractHash: contractHash(featureSet),
      names: featureSet.indicators.map((indicator) => indicator.name),
      windowBars: featureSet.windowBars,
    },
    target: said.target,
    symbols: said.symbols,
    interval: said.interval,
    calendar: said.calendar,
    policy: said.policy,
    domain: said.domain,
    data: said.data,
    metrics: said.metrics,
    lineage: said.lineage,
  };
}

/** Refuses a graph that is not one f32[batch, width] → f32[batch, 1] function held entirely in the file. */
function graphFacts(model: ModelProto, width: number): Result<GraphFacts, string> {
  const graph = model.graph;
  if (!graph) return err('the model has no graph');
  const opset = model.operatorSets.find(({ domain }) => (domain ?? '') === '')?.version;
  if (opset === undefined) return err('the model imports no standard operator set');
  if (graph.initializers.some(({ dataLocation }) => dataLocation)) return err('weights lie outside the file');
  const constants = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !constants.has(name));
  const input = onlyBatchOf('input', inputs, width);
  if (!input.ok) return input;
  const output = onlyBatchOf('output', graph.outputs, 1);
  if (!output.ok) return output;
  return ok({
    opset,
    quantization: quantizationOf(graph),
    inputName: input.value,
    outputName: output.value,
  });
}

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

const quantizationOf = (graph: GraphProto): GraphFacts['quantization'] =>
  graph.nodes.some(({ opType }) => opType === 'QuantizeLinear') ? 'int8-qdq' : 'none';

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
