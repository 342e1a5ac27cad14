import { basename } from 'node:path';
import asc from 'assemblyscript/asc';

const FLAGS = [
  'main.ts',
  '--outFile=main.wasm',
  '--runtime=stub',
  '--enable=simd',
  '--optimizeLevel=3',
  '--shrinkLevel=0',
  '--converge',
  '--noAssert',
];

/**
 * WebAssembly from AssemblyScript; the same sources give the same bytes. Throws with the compiler's own words.
 *
 * @param imports sources that the main one imports, by file name
 */
export async function compileAssembly(
  source: string,
  imports: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  // The compiler wants its sources to be called .ts, which the files must not be: no other tool could read them.
  const sources: Readonly<Record<string, string>> = { ...imports, 'main.ts': source };
  let built: Uint8Array | undefined;
  const { error, stderr } = await asc.main(FLAGS, {
    readFile: (name) => sources[basename(name)] ?? null,
    writeFile: (_, contents) => {
      if (typeof contents !== 'string') built = contents;
    },
    listFiles: () => [],
  });
  if (error || !built) throw new Error(`the AssemblyScript does not compile: ${stderr.toString()}`);
  return built;
}
