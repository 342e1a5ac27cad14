import { dailyV1 } from '../../features/daily-v1.ts';
import { subsetOf } from '../../features/vector.ts';
import { type Release, releaseBundle } from '../../models/release.ts';
import { GraphBuilder } from '../../onnx/graph-builder.ts';
import { encodeModel, type ModelProto } from '../../onnx/model-proto.ts';

/** A row of features that it scores, and what it says of them: worked out here, not by the engine. */
export interface Vector {
  readonly features: Readonly<Record<string, number>>;
  readonly action: 'BUY' | 'SELL' | 'HOLD';
}

/** What the source of market data says (market-source.ts), of a question that brings no row. */
export const fetchedVector: Vector = { action: 'BUY', features: {} };

/** Signs it; of this process alone. */
export const smallModelKey = '1'.repeat(64);

const featureNames = ['log_return_1', 'log_return_2'] as const;

const vector = (action: Vector['action'], ...[first, second]: [number, number]): Vector => ({
  action,
  features: { log_return_1: first, log_return_2: second },
});

/** The sigmoid of a sum above 0.41 is above 0.6, and below 0.4 of one below -0.41. */
export const vectors: readonly [Vector, ...Vector[]] = [
  vector('BUY', 0.5, 0.25),
  vector('BUY', 1, -0.375),
  vector('BUY', 0.75, 0.75),
  vector('SELL', -0.5, -0.25),
  vector('SELL', 0.25, -1),
  vector('SELL', -0.875, -0.75),
  vector('HOLD', 0, 0),
  vector('HOLD', 0.25, -0.125),
  vector('HOLD', -0.5, 0.25),
];

/** What a bundle of the simulation is for: shipped with the fleet, put in force in its place, above its risk limit, or to stand in. */
export const bundleNames = ['shipped', 'opposite', 'risky', 'light'] as const;
export type BundleName = (typeof bundleNames)[number];

/** The logit of the risk that each estimates, whatever it is asked. */
const riskLogits: Readonly<Record<BundleName, number>> = { shipped: -4, opposite: -4, risky: 1, light: -4.5 };
/** What the risky one estimates, rounded up: the sigmoid of 1. */
export const riskOfRisky = 0.74;

const opposites = { BUY: 'SELL', SELL: 'BUY', HOLD: 'HOLD' } as const;

/** What the model of a bundle says of a row: worked out here, not by the engine. */
export const actionBy = (name: BundleName, { action }: Vector): Vector['action'] =>
  name === 'opposite' ? opposites[action] : action;

/**
 * The models that the simulated fleet may serve: BUY, HOLD or SELL by two numbers. What is simulated is how isolates and stores
 * fare; a model of thirty features would cost a third of a run's time and tell nothing more.
 */
export function releaseSmallModel(name: BundleName): Release {
  const featureSet = subsetOf(dailyV1, featureNames);
  if (!featureSet.ok) throw new Error(featureSet.error);
  const released = releaseBundle(
    {
      name: 'small',
      ...(name === 'light' ? { purpose: 'production', rung: name } : { purpose: 'test' }),
      model: encodeModel(graph(name === 'opposite' ? -1 : 1, riskLogits[name])),
      featureSet: featureSet.value,
      heads: ['direction', 'risk'],
      target: 'nothing',
      symbols: ['DEMO'],
      interval: '1d',
      calendar: '24x7',
      policy: { buyAtLeast: 0.6, sellAtMost: 0.4, sizeFullAt: 0.4, riskHoldAtLeast: 0.5, validForMs: 30_000 },
      domain: { min: [-1, -1], max: [1, 1], baseline: [0, 0] },
      data: { source: 'none', sha256: '0'.repeat(64), rows: 1, from: '2020-01-01', to: '2020-01-01' },
      lineage: {
        seed: 1,
        recipe: 'by hand',
        codeCommit: 'none',
        trials: 1,
        parameters: {},
        reproducible: true,
      },
    },
    smallModelKey,
  );
  if (!released.ok) throw new Error(released.error);
  return released.value;
}

/** Direction: the sigmoid of both features' sum, or of its opposite; risk: always the sigmoid of `risk`. */
function graph(sign: 1 | -1, risk: number): ModelProto {
  const builder = new GraphBuilder('small');
  const x = builder.floatInput('features', ['batch', featureNames.length]);
  const weights = builder.constant('weights', { dims: [2, 2], values: Float32Array.of(sign, 0, sign, 0) });
  const bias = builder.constant('bias', { dims: [2], values: Float32Array.of(0, risk) });
  const product = builder.node('MatMul', 'product', [x, weights]);
  const logit = builder.node('Add', 'logit', [product, bias]);
  builder.floatOutput(builder.node('Sigmoid', 'probability', [logit]), ['batch', 2]);
  return builder.build();
}
