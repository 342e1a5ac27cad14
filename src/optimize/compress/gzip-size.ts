import { gzipSync } from 'node:zlib';

/** Bytes after gzip at level 9: what a file costs to keep and to send. For reports; zlib's versions may differ. */
export const gzipSizeBytes = (file: Uint8Array): number => gzipSync(file, { level: 9 }).length;
