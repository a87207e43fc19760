import { resolve } from 'node:path';
import type { SecretSource } from './secret-source';
import { secretFromCommand, secretFromFile, secretFromVariable } from './secret-source';
import type { SecretSpelling } from './secret-spelling';

/** The source that is meant by a spelling; relative paths, and a command, begin in `folder`. */
export function sourceOf(spelling: SecretSpelling, folder: string, env: NodeJS.ProcessEnv): SecretSource {
  if ('env' in spelling) return secretFromVariable(spelling.env, env);
  if ('file' in spelling) return secretFromFile(resolve(folder, spelling.file));
  return secretFromCommand({ ...spelling, cwd: folder, env });
}
