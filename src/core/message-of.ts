/** What a thrown value says, whatever was thrown; for logs and operating failures, never for the wire. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
