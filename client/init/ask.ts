import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { InvalidInputError } from '../errors/invalid-input-error';

/** Asks a person at a terminal. */
export class Ask {
  readonly #over = new AbortController();
  readonly #prompt;
  #isHidden = false;

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    const screen = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (this.#isHidden) return done();
        output.write(chunk, () => done());
      },
    });
    // Nothing that is typed is kept, a key least of all.
    this.#prompt = createInterface({ input, output: screen, terminal: true, historySize: 0 });
    this.#prompt.on('SIGINT', () => this.#over.abort()).on('close', () => this.#over.abort());
    this.#output = output;
  }

  readonly #output: NodeJS.WriteStream;

  /**
   * A line of text; an empty one means what is offered.
   *
   * @throws InvalidInputError where nobody answers any more (Ctrl-C, Ctrl-D)
   */
  async line(question: string, offered = ''): Promise<string> {
    for (;;) {
      const answer = (await this.#answer(`${question}${offered === '' ? '' : ` [${offered}]`}: `)).trim();
      if (answer !== '' || offered !== '') return answer === '' ? offered : answer;
    }
  }

  /** A line that is not shown while it is typed. @throws as {@link line} */
  async secret(question: string): Promise<string> {
    for (;;) {
      this.#output.write(`${question} (it is not shown): `);
      this.#isHidden = true;
      try {
        const answer = (await this.#answer('')).trim();
        if (answer !== '') return answer;
      } finally {
        this.#isHidden = false;
        this.#output.write('\n');
      }
    }
  }

  close(): void {
    this.#prompt.close();
  }

  async #answer(question: string): Promise<string> {
    try {
      return await this.#prompt.question(question, { signal: this.#over.signal });
    } catch (error) {
      if (!this.#over.signal.aborted) throw error;
      throw new InvalidInputError([
        { where: 'init', text: 'broken off; nothing was written', fix: 'run it again, or give all of it with --yes' },
      ]);
    }
  }
}
