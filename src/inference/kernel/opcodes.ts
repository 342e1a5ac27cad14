/**
 * Instructions of a kernel program, each a number and its operands in 32-bit words; `assembly/kernel.as` runs them and
 * the build of `kernel.wasm` reads the numbers from here. Operands: `value` is a byte offset in the scratch memory,
 * `data` one in the program, `width` a number of columns, everything else a plain number.
 */
export const opcode = {
  /** Ends the program. */
  end: 0,
  /** value to, value from, width from, data columns, width to */
  gather: 1,
  /** value to, value from, width from, first column from, width to, first column to, width copied */
  copyColumns: 2,
  /** value to, value a, value b, width; both of one shape */
  addValues: 3,
  subtractValues: 4,
  multiplyValues: 5,
  divideValues: 6,
  /** value to, value a, data b, width, length of b: a multiple of 4 that the values go through again and again */
  addData: 7,
  subtractData: 8,
  subtractFromData: 9,
  multiplyData: 10,
  divideData: 11,
  divideDataBy: 12,
  /** value to, value from, width, low f32, high f32 */
  clip: 13,
  /** value to, value from, width */
  relu: 14,
  sigmoid: 15,
  tanh: 16,
  /** value to, value from, width; along the row */
  softmax: 17,
  argMax: 18,
  normalizeMax: 19,
  normalizeL1: 20,
  normalizeL2: 21,
  /** value to, value from, inputs, outputs, data weights[inputs × outputs padded to 4], data bias[outputs padded to 4], block */
  product: 22,
  /** value to, value from, width from, groups of four trees, data of the groups; the second where NaN may go either way */
  heapTrees: 23,
  heapTreesMissing: 24,
  /** value to, value from, width from, trees, data of the roots, data of the leaves, targets, 0 sum, 1 least, 2 greatest */
  linkedTrees: 25,
  /** value to, value from, width; transforms of the `ai.onnx.ml` operators */
  mlLogistic: 26,
  mlSoftmax: 27,
  /** value to, value from, inputs, outputs, data weights, data factors, data bias: 8-bit codes of the range at hand */
  dynamicProduct: 28,
  /** value to, value from, width, scale f32, zero point, lowest code: codes as f32 */
  quantize: 29,
  /** value to, value codes, inputs, outputs, data weights, zero point, data bias i32: sums as f32 */
  integerProduct: 30,
} as const;
