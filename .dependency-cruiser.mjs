import layers from './.dependency-cruiser.layers.json' with { type: 'json' };

/**
 * Import direction. The layer file lists every place of the source from the top down; a place imports itself and
 * what stands below it, types included. `offline` stands beside: it may import anything, nothing deployed imports it.
 */
const placesOf = (isWanted) => layers.filter(isWanted).flatMap(({ places }) => places);
const deployed = placesOf(({ layer }) => layer !== 'offline');
const offline = placesOf(({ layer }) => layer === 'offline');

const pattern = (place) => `^${place.replaceAll('.', '[.]')}${place.endsWith('.ts') ? '$' : '/'}`;

const downwards = deployed.slice(1).map((place, index) => ({
  name: `${place} imports upwards`,
  severity: 'error',
  from: { path: pattern(place) },
  to: { path: deployed.slice(0, index + 1).map(pattern) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...downwards,
    {
      name: 'deployed code imports offline code',
      severity: 'error',
      from: { path: deployed.map(pattern) },
      to: { path: [...offline.map(pattern), '^test/', '^load/'] },
    },
    {
      name: 'a place without a layer',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: [...deployed, ...offline].map(pattern) },
    },
    {
      name: 'a file named for nothing in particular',
      severity: 'error',
      from: {},
      to: { path: '^src/.*/(utils|helpers|common|misc|index)(/|[.]ts)' },
    },
    { name: 'a cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'an import of nothing',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(cloudflare|virtual|bun):' },
    },
    {
      name: 'deployed code imports a development package',
      severity: 'error',
      from: { path: deployed.map(pattern) },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    // TypeScript 7 has no JavaScript API, so swc reads the sources; it keeps type-only imports.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/fixtures/', '^src/local/bootstrap[.]mjs$'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
