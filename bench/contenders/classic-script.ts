import { join } from 'node:path';
import { ROOT } from '../../test/support/root';
import type { Contender } from './contender';

const SCRIPT = join(ROOT, 'bench', 'contenders', 'classic-script.mjs');

/** The loop of 600 retries: see the script itself. */
export const CLASSIC_SCRIPT = script('script', 'the classic script, which never finishes', false);

/** The same with a finish behind it. */
export const FINISHING_SCRIPT = script('script-finish', 'the classic script, made to finish', true);

function script(name: string, label: string, finishes: boolean): Contender {
  return {
    ...{ name, label, finishes },
    command: ({ rancherUrl, accessKey, secretKey, projectId, stack, service, image }) => ({
      command: process.execPath,
      args: [SCRIPT, projectId, stack, service, image, ...(finishes ? ['--finish'] : [])],
      env: {
        PATH: process.env.PATH,
        ...{ RANCHER_URL: rancherUrl, RANCHER_ACCESS_KEY: accessKey, RANCHER_SECRET_KEY: secretKey },
      },
    }),
  };
}
