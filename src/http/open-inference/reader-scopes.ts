/** Who may ask about models: the protocol's clients do so with the key that they score with, others with one that observes. */
export const readerScopes = ['decide', 'observe'] as const;
