import { InvalidInputError } from '../../errors/invalid-input-error';
import { clean, jsonLine } from '../../render/clean';
import { reportPage } from '../../report/report-page';
import { chosenDeployment, REQUEST_OPTION } from '../chosen-deployment';
import type { Command } from '../command';
import { LOCAL_OPTIONS } from '../local/local-options';
import { withClient } from '../open-client';
import { TARGET_OPTIONS, TEMPORAL_OPTIONS } from '../option-spec';
import { option, targetOf } from '../target';
import { requireWritablePath, writePage } from '../write-page';

const WHERE = '--html';
const STANDARD_OUTPUT = '-';

/** `drover report`. */
export const report: Command = {
  name: 'report',
  usage: 'ENVIRONMENT STACK/SERVICE --html FILE [--request ID]',
  description: [
    'Writes one deployment as a page of HTML: the verdict, what was asked and why, the images, what was wrong, where the time went,',
    'who stepped in, the logbook, and links to Rancher and Temporal Web. The page needs nothing else: no script, no network. To be',
    'attached to a CI build or the ticket of a change; it can be printed. A file that is there is replaced. Needs no worker, but the',
    'logbook is in the own words of the deployment where one answers.',
  ],
  options: [
    { name: 'html', kind: 'one', value: 'FILE', help: 'where to write it; - is standard output' },
    REQUEST_OPTION,
    ...TARGET_OPTIONS,
    ...LOCAL_OPTIONS,
    ...TEMPORAL_OPTIONS,
  ],
  examples: [
    ['report prod storefront/web --html report.html', ''],
    ['report prod storefront/web --request gitlab/481 --html report.html', ''],
  ],
  success: 'written, however the deployment ended',
  verdicts: ['succeeded', 'invalid', 'refused', 'unreachable'],
  async run(args, io) {
    const path = option(args, 'html');
    if (path === undefined)
      throw new InvalidInputError([{ where: WHERE, text: 'it is missing', fix: `write ${WHERE} report.html` }]);
    const target = targetOf(args, io.env);
    if (path !== STANDARD_OUTPUT) requireWritablePath(WHERE, path);
    return withClient(
      args,
      io,
      async (client) => {
        const story = await (await chosenDeployment(client, target, args)).story();
        if (path === STANDARD_OUTPUT) {
          io.out.write(reportPage(story));
          return 0;
        }
        writePage(WHERE, path, reportPage(story));
        const { deployment, outcome } = story;
        const verdict = outcome?.verdict ?? null;
        if (args.flags.has('json')) {
          const { requestId, deploymentId } = deployment;
          io.out.write(
            jsonLine({ type: 'report', file: path, ...target, requestId, deploymentId, verdict, exitCode: 0 }),
          );
        } else io.out.write(`${clean(`${path}: ${verdict ?? 'it still runs'}`)}\n`);
        return 0;
      },
      { command: 'report', worker: null, joins: true },
    );
  },
};
