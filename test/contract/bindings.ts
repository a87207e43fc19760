const IDENTITY =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![\w.-])(1)(st|e|[a-z]{1,3})(\d+)(?!\w)/g;

/** One id or UUID within a text. v1's `1e2` and v2's `1st2` are the same stack, so both are of kind `st`. */
interface Identity {
  readonly kind: string;
  readonly prefix: string;
  readonly value: string;
}

interface Tokenised {
  /** The text with every identity replaced by its prefix. */
  readonly skeleton: string;
  readonly identities: readonly Identity[];
}

export function tokenise(value: string): Tokenised {
  const identities: Identity[] = [];
  const skeleton = value.replace(IDENTITY, (whole: string, one?: string, prefix?: string, digits?: string) => {
    if (one === undefined || prefix === undefined || digits === undefined) {
      identities.push({ kind: 'uuid', prefix: 'uuid', value: whole });
      return '<uuid>';
    }
    identities.push({ kind: prefix === 'e' ? 'st' : prefix, prefix, value: digits });
    return `<1${prefix}>`;
  });
  return { skeleton, identities };
}

/**
 * Which id, UUID, counter or port of the simulator stands for which of the recording: one to one, in order of first appearance,
 * and the same for the rest of the recording. A second meeting that disagrees is a difference.
 */
export class Bindings {
  private forward = new Map<string, string>();
  private backward = new Map<string, string>();

  /** Binds the two, or says whether they are what is bound already. */
  agree(kind: string, recorded: string, actual: string): boolean {
    const known = this.forward.get(`${kind} ${recorded}`);
    const knownBack = this.backward.get(`${kind} ${actual}`);
    if (known === undefined && knownBack === undefined) {
      this.forward.set(`${kind} ${recorded}`, actual);
      this.backward.set(`${kind} ${actual}`, recorded);
      return true;
    }
    return known === actual && knownBack === recorded;
  }

  /** What stands for the recorded one, when that is known. */
  actualFor(kind: string, recorded: string): string | undefined {
    return this.forward.get(`${kind} ${recorded}`);
  }

  /** What the other server's stands for, when that is known. */
  recordedFor(kind: string, actual: string): string | undefined {
    return this.backward.get(`${kind} ${actual}`);
  }

  /**
   * Whether two texts are the same but for identities, which must agree. With `local`, containers and all UUIDs that are not
   * known yet are bound there.
   */
  agreeTexts(recorded: string, actual: string, local?: Bindings): boolean {
    const [left, right] = [tokenise(recorded), tokenise(actual)];
    if (left.skeleton !== right.skeleton) return false;
    return left.identities.every(({ kind, value }, index) => {
      const other = right.identities[index]?.value;
      if (other === undefined) return false;
      const known = this.actualFor(kind, value) !== undefined || this.recordedFor(kind, other) !== undefined;
      const here = local !== undefined && (kind === 'i' || (kind === 'uuid' && !known)) ? local : this;
      return here.agree(kind, value, other);
    });
  }

  /** The recorded text with every bound identity and port replaced; those not met yet stay as they are. */
  translate(recorded: string): string {
    const withPorts = recorded.replace(/(?<=")\d{5}(?=:)/g, (port) => this.actualFor('port', port) ?? port);
    return withPorts.replace(IDENTITY, (whole: string, one?: string, prefix?: string, digits?: string) => {
      if (one === undefined || prefix === undefined || digits === undefined)
        return this.actualFor('uuid', whole) ?? whole;
      const number = this.actualFor(prefix === 'e' ? 'st' : prefix, digits);
      return number === undefined ? whole : `1${prefix}${number}`;
    });
  }

  /** A copy, to compare on trial. */
  copy(): Bindings {
    const copy = new Bindings();
    copy.forward = new Map(this.forward);
    copy.backward = new Map(this.backward);
    return copy;
  }

  /** Takes over what a trial bound. */
  adopt(trial: Bindings): void {
    this.forward = trial.forward;
    this.backward = trial.backward;
  }
}
