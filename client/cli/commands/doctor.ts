import { exitCodeOf } from '../../../decision/verdict';
import { InvalidInputError } from '../../errors/invalid-input-error';
import { nameProblems } from '../../input/check-names';
import { columnsOf } from '../../render/columns-of';
import { abilitiesOf, noPaint, paint } from '../../render/style';
import type { ExaminedConfiguration } from '../../../worker/examine-configuration';
import { finding } from '../../doctor/finding';
import { clientOnly } from '../client-only';
import type { Command, Io } from '../command';
import { TEMPORAL_OPTIONS } from '../option-spec';
import { packageVersion } from '../package-version';
import { countFindings, findingsJson, findingsText, verdictOfFindings } from '../show-findings';
import { option } from '../target';

/** `drover doctor`. */
export const doctor: Command = {
  name: 'doctor',
  usage: '[ENVIRONMENT…] [--config FILE]',
  description: [
    'Looks at everything that deployments need: Temporal (reachable, namespace, search attributes, workers, retention), the',
    'configuration, the Rancher of each environment (address, key, what the key may do, clock, event stream), and the versions of all',
    'of them. Of each it says "ok", "warning", "failed" or "skipped", what is wrong, and the one command or setting that mends it.',
    '',
    'Where drover.yaml and the keys are (on the machine of a worker), Rancher is asked from here, and its worker too. Elsewhere only',
    "a worker can ask it, so the environment's worker is asked; where none answers, those checks are skipped. Without ENVIRONMENT, the",
    'aliases in drover.yaml are looked at, else RANCHER_ENVIRONMENT.',
    '',
    'It changes nothing, and prints no secret. Each check has its time: what hangs does not hold up the others.',
  ],
  options: TEMPORAL_OPTIONS.map((spec) =>
    spec.name === 'config'
      ? { ...spec, help: 'drover.yaml; default DROVER_CONFIG, ./drover.yaml, ~/.config/drover/drover.yaml' }
      : spec,
  ),
  examples: [
    ['doctor', 'on the machine of a worker'],
    ['doctor prod qa', 'in CI, where only Temporal is reachable'],
    ['doctor --json', 'a line for each check, and one that counts'],
  ],
  success: 'no check failed; there may be warnings',
  verdicts: ['succeeded', 'invalid', 'needs-attention'],
  async run(args, io) {
    const problems = args.positionals.flatMap((alias) => nameProblems('environment', 'ENVIRONMENT', alias));
    if (problems.length > 0) throw new InvalidInputError(problems);
    const [address, namespace, configFile] = [
      option(args, 'address'),
      option(args, 'namespace'),
      option(args, 'config'),
    ];
    const { examineAll } = await import('../../doctor/examine-all.js');
    const configuration = await configurationHere(configFile, io);
    const fromEnv = io.env['RANCHER_ENVIRONMENT'] ?? '';
    const isThin = configuration.environments.length === 0 && fromEnv !== '';
    const findings = await examineAll({
      sources: {
        env: io.env,
        ...(address === undefined ? {} : { address }),
        ...(namespace === undefined ? {} : { namespace }),
        ...(configFile === undefined ? {} : { configFile }),
      },
      configuration,
      aliases: args.positionals.length === 0 && isThin ? [fromEnv] : [...new Set(args.positionals)],
      version: packageVersion(),
      nodeVersion: process.version,
    });
    const tint = abilitiesOf(io.out, io.env).colour ? paint : noPaint;
    io.out.write(args.flags.has('json') ? findingsJson(findings) : findingsText(findings, columnsOf(io.out), tint));
    return exitCodeOf(verdictOfFindings(countFindings(findings)));
  },
};

/** A client alone has not the parts that read the whole of drover.yaml and ask Rancher: the worker has. */
async function configurationHere(file: string | undefined, io: Io): Promise<ExaminedConfiguration> {
  try {
    const { examineConfiguration } = await import('../../../worker/examine-configuration.js');
    return examineConfiguration({ file, env: { ...io.env }, cwd: process.cwd() });
  } catch (error) {
    if (clientOnly(error) === undefined) throw error;
    const text = 'this installation has only the client: of drover.yaml it reads where Temporal is, and no more';
    return { findings: [finding('configuration', null, 'skipped', text)], environments: [] };
  }
}
