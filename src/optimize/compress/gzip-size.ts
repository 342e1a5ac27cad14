import { gzip } from 'pako';

/**
 * Bytes after gzip at level 9: what a file costs to keep and to send. A form is chosen by it, so it is zlib itself in
 * JavaScript: each runtime's own gzip finds other matches, and so would release another bundle.
 */
export const gzipSizeBytes = (file: Uint8Array): number => gzip(file, { level: 9 }).length;
