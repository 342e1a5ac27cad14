/** Only what the requester reads, so that virtual time needs no streams. */
export const textResponse = (status: number, text: string): Response =>
  ({ status, text: async () => text }) as unknown as Response;
