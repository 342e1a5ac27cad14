import type { StreamTransport } from './stream.ts';

/** What is used of the platforms' `WebSocket`. */
interface WebSocketLike {
  send(text: string): void;
  close(code: number): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
}

/**
 * A stream's transport over a WebSocket whose opening request can carry headers, as those of Node, Bun and Deno can;
 * browsers' cannot.
 */
export function webSocketTransport(
  open: (url: string, headers: Readonly<Record<string, string>>) => WebSocketLike,
): StreamTransport {
  return ({ url, headers, onText, onClose }) =>
    new Promise((resolve, reject) => {
      const socket = open(url, headers);
      socket.addEventListener('open', () =>
        resolve({ send: (text) => socket.send(text), close: () => socket.close(1000) }),
      );
      socket.addEventListener('message', ({ data }) => onText(String(data)));
      socket.addEventListener('close', ({ code }) => {
        reject(new Error(`the service closed the opening request, ${code}`));
        onClose(code);
      });
    });
}
