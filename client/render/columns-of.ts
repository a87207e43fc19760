/** How wide a stream is, characters; undefined where it is no terminal: then lines may be of any length, and none is broken. */
export function columnsOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number | undefined {
  if (stream.isTTY !== true) return undefined;
  return stream.columns === undefined || stream.columns === 0 ? 80 : Math.max(20, stream.columns);
}
