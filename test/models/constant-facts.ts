import type { Manifest } from '../../src/models/manifest.ts';

type Facts = Pick<
  Manifest,
  'purpose' | 'heads' | 'symbols' | 'interval' | 'calendar' | 'policy' | 'data' | 'lineage'
>;

/** What a model that says the same of every row states of itself, with one head or two. */
export const constantFacts = (headCount: number): Facts => ({
  purpose: 'test',
  heads: headCount === 1 ? ['direction'] : ['direction', 'risk'],
  symbols: ['DEMO'],
  interval: '1d',
  calendar: '24x7',
  policy: {
    buyAtLeast: 0.6,
    sellAtMost: 0.4,
    sizeFullAt: 0.2,
    riskHoldAtLeast: headCount === 1 ? null : 0.5,
    validForMs: 1_000,
  },
  data: { source: 'none', sha256: '0'.repeat(64), rows: 1, from: '2020-01-01', to: '2020-01-01' },
  lineage: {
    seed: 1,
    recipe: 'by hand',
    codeCommit: 'none',
    trials: 3,
    parameters: { hidden: 4, kind: 'constant' },
    reproducible: true,
  },
});
