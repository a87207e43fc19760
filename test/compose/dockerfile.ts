/** One instruction, its lines joined: `RUN`, and what follows it. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** What one `FROM` begins. */
export interface Stage {
  readonly base: string;
  /** What later stages call it. */
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

/** A Dockerfile as far as this repository's own uses the language: comments, continued lines, stages; no heredocs. */
export interface Dockerfile {
  /** Values of the `ARG`s before the first stage, by name. */
  readonly args: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
}

const KNOWN = ['ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'FROM', 'HEALTHCHECK', 'LABEL', 'RUN', 'USER', 'WORKDIR'];

/** @throws Error where it has what is not read here */
export function parseDockerfile(text: string): Dockerfile {
  const args: Record<string, string> = {};
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const { name, text: rest } of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (!KNOWN.includes(name)) throw new Error(`no instruction of a Dockerfile that is read here: ${name} ${rest}`);
    if (name === 'FROM') {
      const [, base = '', as] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      if (base === '') throw new Error(`no FROM: ${rest}`);
      stages.push({ base, name: as ?? null, instructions: [] });
    } else if (stage !== undefined) {
      stage.instructions.push({ name, text: rest });
    } else {
      const [key = '', value = ''] = rest.split(/=(.*)/s);
      args[key] = value;
    }
  }
  return { args, stages };
}

/** What a stage's instructions of one kind say. */
export function said(stage: Stage, name: string): string[] {
  return stage.instructions.filter((one) => one.name === name).map(({ text }) => text);
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  const joined = lines.join('\n').replace(/\\\n\s*/g, '');
  return joined.split('\n').map((line) => {
    const [, name = line, rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    return { name, text: rest };
  });
}
