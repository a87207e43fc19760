/** Works on all, in their order, at most so many at a time. */
export async function atMost<T>(limit: number, all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = [...all];
  const worker = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: Math.min(limit, all.length) }, worker));
}
