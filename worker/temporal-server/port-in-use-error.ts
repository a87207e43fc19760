/** A port that the dev server was told to use is taken; nothing was started. */
export class PortInUseError extends Error {
  override name = 'PortInUseError' as const;

  constructor(
    readonly ip: string,
    readonly port: number,
    what: string,
    reason: string,
  ) {
    super(
      `Cannot start Temporal's dev server: ${ip}:${port}, wanted for ${what}, ${reason}. Nothing was started. ` +
        `If another dev server runs there, use it (TEMPORAL_ADDRESS=${ip}:${port}) or end it; otherwise choose another port.`,
    );
  }
}
