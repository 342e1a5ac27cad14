import factory from 'onnxruntime-web/ort-wasm-simd-threaded.mjs';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm';

/**
 * onnxruntime-web's WebAssembly glue around a module that was compiled when the Worker was uploaded: Workers
 * forbid compiling bytes. It is a module of its own because onnxruntime-web imports it by the URL in
 * `env.wasm.wasmPaths.mjs`, its documented option, and the glue honours `instantiateWasm` of its settings.
 */
export default function createGlue(settings: object): Promise<object> {
  return factory({
    ...settings,
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: object, module: object) => void) {
      const instance = new WebAssembly.Instance(wasm, imports);
      done(instance, wasm);
      return instance.exports;
    },
  });
}
