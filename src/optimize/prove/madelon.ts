import { SeededRandom } from '../../core/seeded-random.ts';
import { blockPermutation } from '../select/block-permutation.ts';
import type { LabelledRows } from '../train/labelled-rows.ts';

export interface MadelonOptions {
  readonly rowCount: number;
  readonly featureCount: number;
  /** Features that the labels were made of, 1 … 30; their hypercube needs a vertex for each cluster. */
  readonly informativeCount: number;
  /** Exact linear combinations of the informative ones. What is left of `featureCount` is noise. */
  readonly redundantCount: number;
  readonly clustersPerClass: number;
  /** Half the edge of the hypercube whose vertices the clusters sit on, > 0. */
  readonly separation: number;
  /** Share of labels that are replaced by a coin's, in [0, 1). */
  readonly flipShare: number;
  readonly seed: number;
}

export interface Madelon {
  readonly rows: LabelledRows;
  readonly informative: readonly number[];
  readonly redundant: readonly number[];
}

/**
 * A classification problem in the manner of MADELON (Guyon, NIPS 2003 feature selection challenge) as
 * scikit-learn's `make_classification` makes it: each class is a few Gaussian clusters on random vertices of a
 * hypercube, every cluster with a random covariance of its own, so that no feature tells much alone. Columns
 * are in random order, and rows are independent.
 */
export function madelon(options: MadelonOptions): Madelon {
  const random = new SeededRandom(options.seed);
  const { rowCount, featureCount, informativeCount, redundantCount } = options;
  const clusters = clustersOf(options, random);
  const mixing = uniformMatrix(informativeCount, redundantCount, random);
  const place = blockPermutation(featureCount, 1, random);
  const features = new Float32Array(rowCount * featureCount);
  const labels = new Uint8Array(rowCount);
  for (let i = 0; i < rowCount; i += 1) {
    const at = random.below(clusters.length);
    const informative = drawPoint(clusters[at] as Cluster, random);
    const redundant = product(informative, mixing, redundantCount);
    for (let j = 0; j < featureCount; j += 1) {
      const value = informative[j] ?? redundant[j - informativeCount] ?? random.normal();
      features[i * featureCount + (place[j] as number)] = value;
    }
    const isFlipped = random.uniform() < options.flipShare;
    labels[i] = isFlipped ? random.below(2) : at % 2;
  }
  const weights = new Float64Array(rowCount).fill(1);
  return {
    rows: { count: rowCount, width: featureCount, features, labels, weights },
    informative: [...place.subarray(0, informativeCount)],
    redundant: [...place.subarray(informativeCount, informativeCount + redundantCount)],
  };
}

interface Cluster {
  readonly centre: Float64Array;
  /** [informative × informative], row-major. */
  readonly covarianceRoot: Float64Array;
}

function clustersOf(options: MadelonOptions, random: SeededRandom): readonly Cluster[] {
  const { informativeCount, clustersPerClass, separation } = options;
  const seen = new Set<number>();
  const clusters: Cluster[] = [];
  while (clusters.length < 2 * clustersPerClass) {
    const vertex = random.below(1 << informativeCount);
    if (seen.has(vertex)) continue;
    seen.add(vertex);
    clusters.push({
      centre: Float64Array.from({ length: informativeCount }, (_, j) =>
        ((vertex >>> j) & 1) === 1 ? separation : -separation,
      ),
      covarianceRoot: uniformMatrix(informativeCount, informativeCount, random),
    });
  }
  return clusters;
}

function drawPoint(cluster: Cluster, random: SeededRandom): Float64Array {
  const size = cluster.centre.length;
  const normals = Float64Array.from({ length: size }, () => random.normal());
  return product(normals, cluster.covarianceRoot, size).map(
    (value, j) => value + (cluster.centre[j] as number),
  );
}

/** row · matrix, the matrix [row.length × columnCount] row-major. */
function product(row: Float64Array, matrix: Float64Array, columnCount: number): Float64Array {
  const result = new Float64Array(columnCount);
  for (let k = 0; k < row.length; k += 1) {
    for (let j = 0; j < columnCount; j += 1) {
      result[j] = (result[j] as number) + (row[k] as number) * (matrix[k * columnCount + j] as number);
    }
  }
  return result;
}

/** Entries uniform in [−1, 1). */
const uniformMatrix = (rowCount: number, columnCount: number, random: SeededRandom): Float64Array =>
  Float64Array.from({ length: rowCount * columnCount }, () => 2 * random.uniform() - 1);
