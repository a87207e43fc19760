import { CLASSIC_SCRIPT, FINISHING_SCRIPT } from './classic-script';
import type { Contender } from './contender';
import { DROVER, DROVER_WITHOUT_STREAM } from './drover';
import { rancherGitlabDeploy } from './rancher-gitlab-deploy';

/** Everybody who takes part, and what is to be told of those who do not. */
export interface Everybody {
  readonly contenders: readonly Contender[];
  readonly versions: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** Drover with its event stream and without, the classic script as it is and with a finish, and today's tools as far as they can be had. */
export async function everybody(say: (line: string) => void): Promise<Everybody> {
  const rgd = await rancherGitlabDeploy(say);
  return {
    contenders: [
      ...[DROVER, DROVER_WITHOUT_STREAM, CLASSIC_SCRIPT, FINISHING_SCRIPT],
      ...(rgd.contender === null ? [] : [rgd.contender]),
    ],
    versions: rgd.versions,
    notes: [...(rgd.why === undefined ? [] : [rgd.why]), RANCHER_CLI],
  };
}

/** It is built with packages from before Go had modules, and its releases are no longer there to download. */
const RANCHER_CLI =
  "Rancher's own command line (`rancher/cli` v0.6.14), the fastest of today's tools, takes no part: it can be neither installed nor built any more. On a real Rancher it lost 0.3–0.4 s with 33–59 requests.";
