import { exitCodeOf } from '../../decision/verdict';
import type { ReleaseGate } from '../../decision/release-gate';
import type { UpgradePlan } from '../../workflows/contract';
import { formatDuration } from '../input/duration';
import type { BuiltRelease } from '../release/build-release';
import { clean, jsonLine } from '../render/clean';

/**
 * What would change in each service of a release, in the order in which they would be upgraded; names only, no values.
 *
 * @param gates why those of its gates that would not be asked would not, by name
 */
export function releasePlanText(
  { request, waves }: BuiltRelease,
  plans: ReadonlyMap<string, UpgradePlan | Error>,
  gates: ReadonlyMap<string, string>,
  json: boolean,
): string {
  const services = waves.flatMap((wave, index) =>
    wave.map(({ request: { environment, stack, service, deploymentId } }) => ({
      ...{ wave: index + 1, environment, stack, service, plan: plans.get(deploymentId) },
    })),
  );
  const refused = services.filter(
    ({ plan }) => !(plan !== undefined && !(plan instanceof Error) && plan.step !== 'refuse'),
  );
  if (json)
    return [
      ...services.map(({ plan, ...where }) => ({
        ...{ type: 'service', ...where },
        ...(plan instanceof Error || plan === undefined ? { problem: plan?.message ?? 'no answer' } : { plan }),
      })),
      {
        type: 'release-plan',
        services: services.length,
        refused: refused.length,
        unchanged: services.filter(isUnchanged).length,
        onFailure: request.onFailure,
        gates: request.gates.map((gate) => {
          const problem = gates.get(gate.name);
          return problem === undefined ? gate : { ...gate, problem };
        }),
        confirm: request.confirm,
        exitCode: exitCodeOf(refused.length + gates.size === 0 ? 'succeeded' : 'refused'),
      },
    ]
      .map(jsonLine)
      .join('');
  const row = (label: string, text: string): string => `  ${label.padEnd(10)} ${clean(text)}`;
  const lines = services.flatMap(({ wave, environment, stack, service, plan }) => [
    clean(`Wave ${String(wave)}: ${stack}/${service} in ${environment}`),
    ...(plan instanceof Error || plan === undefined
      ? [row('problem', plan?.message ?? 'no answer')]
      : [
          row('now', plan.state),
          row('first', plan.firstStep),
          ...(plan.step === 'unchanged' ? [row('verdict', 'unchanged: it is left alone')] : []),
          ...plan.images.map(({ config, from, to }) =>
            row('image', `${config}: ${from ?? 'none'} → ${to}${from === to ? ' (the same)' : ''}`),
          ),
          ...plan.variables.map((name) => row('variable', `${name}: set from a reference (value not shown)`)),
          ...plan.labels.map((name) => row('label', `${name}: set (value not shown)`)),
        ]),
  ]);
  const alone = services.filter(isUnchanged).length;
  const same =
    alone === 0
      ? ''
      : alone === services.length
        ? ', all unchanged: the release would touch nothing'
        : `, ${String(alone)} of them unchanged and left alone`;
  const cannot = [
    ...(refused.length === 0 ? [] : [`${String(refused.length)} of ${String(services.length)} cannot be upgraded`]),
    ...(gates.size === 0 ? [] : [`${String(gates.size)} of ${String(request.gates.length)} gates would not be asked`]),
  ];
  const end =
    cannot.length === 0
      ? `${String(services.length)} services${same}; when one fails: ${request.onFailure}. Nothing was written.`
      : `${cannot.join(', ')}: the release would be refused. Nothing was written.`;
  return [...lines, ...decidingLines(request, gates), end, ''].join('\n');
}

const isUnchanged = ({ plan }: { readonly plan: UpgradePlan | Error | undefined }): boolean =>
  plan !== undefined && !(plan instanceof Error) && plan.step === 'unchanged';

/** What has to hold when all are verified, before the first is finished. */
function decidingLines(
  { gates, confirm, confirmWithinMillis }: BuiltRelease['request'],
  problems: ReadonlyMap<string, string>,
): string[] {
  const asked = gates.flatMap((gate) => {
    const problem = problems.get(gate.name);
    return [
      `gate ${gate.name}: ${gateTerms(gate)}`,
      ...(problem === undefined ? [] : [`gate ${gate.name} would not be asked: ${problem}`]),
    ];
  });
  const person = confirm === 'manual' ? [`a person confirms, within ${formatDuration(confirmWithinMillis)}`] : [];
  const all = [...asked, ...person];
  return all.length === 0 ? [] : ['Before the first is finished:', ...all.map((line) => `  ${clean(line)}`)];
}

function gateTerms({
  environment,
  asks,
  status,
  contains,
  passes,
  everyMillis,
  withinMillis,
  headers,
}: ReleaseGate): string {
  const names = Object.keys(headers);
  return [
    `${asks}, asked by the worker of ${environment}`,
    ...(names.length === 0 ? [] : [`with ${names.join(', ')} (from its secrets)`]),
    `expects ${String(status)}${contains === undefined ? '' : ' and a text in the body'}`,
    `${passes === 1 ? 'once' : `${String(passes)} times in a row, one every ${formatDuration(everyMillis)}`}, within ${formatDuration(withinMillis)}`,
  ].join('; ');
}
