/** Two files that onnxruntime-web exports without types. */

declare module 'onnxruntime-web/ort-wasm-simd-threaded.mjs' {
  const factory: (settings: object) => Promise<object>;
  export default factory;
}

declare module 'onnxruntime-web/ort-wasm-simd-threaded.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
