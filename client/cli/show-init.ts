import type { SurveyedEnvironment } from '../../worker/survey-rancher';
import type { FirstConfiguration, KeyPlace } from '../init/configuration-text';
import { clean, jsonLine } from '../render/clean';

/** Services that are listed for each environment. */
const MOST_SHOWN = 40;
/** The file that is found without being named. */
export const USUAL_FILE = 'drover.yaml';

/** An environment and what is in it. */
export function environmentText({ id, name, services }: SurveyedEnvironment): string {
  const shownServices = services
    .slice(0, MOST_SHOWN)
    .map((service) => `    ${clean(service.name)}  ${clean(service.image ?? 'no image')}\n`);
  const more = services.length > MOST_SHOWN ? `    … and ${String(services.length - MOST_SHOWN)} more\n` : '';
  return `  ${clean(name)} (${id})${services.length === 0 ? ': no services' : ''}\n${shownServices.join('')}${more}`;
}

/** The two commands that come next. */
function nextCommands(
  output: string,
  { environments }: FirstConfiguration,
  surveyed: readonly SurveyedEnvironment[],
): string[] {
  const config = output === USUAL_FILE ? '' : ` --config ${output}`;
  const at = surveyed.findIndex(({ services }) => services.some(({ image }) => image !== null));
  const service = surveyed[at]?.services.find(({ image }) => image !== null);
  const alias = environments[at]?.alias ?? 'ENVIRONMENT';
  const image = (service?.image ?? 'IMAGE').replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return [
    `drover doctor${config}`,
    `drover upgrade ${/\s/.test(alias) ? `'${alias}'` : alias} ${service?.name ?? 'STACK/SERVICE'} --image ${image}:NEW_TAG${config}`,
  ];
}

function placesText({ accessKey, secretKey }: FirstConfiguration): string {
  const place = (key: KeyPlace): string => ('env' in key ? `the variable ${key.env}` : `the file ${key.file}`);
  return `the access key in ${place(accessKey)}, the secret key in ${place(secretKey)}`;
}

/** What was written, and what comes next. */
export function doneText(output: string, first: FirstConfiguration, surveyed: readonly SurveyedEnvironment[]): string {
  const [doctor = '', upgrade = ''] = nextCommands(output, first, surveyed);
  return [
    ...surveyed.map((one) => environmentText(one).trimEnd()),
    '',
    clean(`Wrote ${output}: ${first.environments.map(({ alias }) => alias).join(', ')}. No key is in it.`),
    clean(`A worker finds ${placesText(first)}: see that they are there where it runs.`),
    '',
    'Next, with a worker running ("drover dev" starts one with Temporal on this machine; "drover worker" one for your Temporal):',
    `  ${clean(doctor)}`,
    `  ${clean(upgrade)}`,
    '',
  ].join('\n');
}

/** The same as a line of JSON. */
export function doneJson(file: string, first: FirstConfiguration, surveyed: readonly SurveyedEnvironment[]): string {
  const environments = first.environments.map(({ alias, project }, at) => ({
    alias,
    project,
    services: surveyed[at]?.services ?? [],
  }));
  const { accessKey, secretKey } = first;
  const next = nextCommands(file, first, surveyed);
  return jsonLine({ type: 'init', file, environments, accessKey, secretKey, next, exitCode: 0 });
}
