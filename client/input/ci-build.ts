/** The environment variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One build of a CI system, and this attempt of it. */
export interface CiBuild {
  /** For people: `gitlab storefront#123`. */
  readonly name: string;
  /** Parts that together name this attempt of this job, and no other. */
  readonly identity: readonly string[];
}

interface CiSystem {
  readonly name: string;
  /** Set and not empty where this system runs us. */
  readonly mark: string;
  readonly project: readonly string[];
  readonly build: readonly string[];
  /** Variables that tell the build, the job and the attempt apart; those that are not set are left out. */
  readonly identity: readonly string[];
  /** Of which at least one must be set, or nothing distinguishes two builds. */
  readonly needed: readonly string[];
}

/** The variables are documented by each system as predefined. A retried job must differ, an agent restarted within it must not. */
const SYSTEMS: readonly CiSystem[] = [
  {
    name: 'gitlab',
    mark: 'GITLAB_CI',
    project: ['CI_PROJECT_PATH', 'CI_PROJECT_NAME'],
    build: ['CI_PIPELINE_IID', 'CI_PIPELINE_ID'],
    identity: ['CI_PROJECT_PATH', 'CI_PIPELINE_ID', 'CI_JOB_ID'],
    needed: ['CI_JOB_ID'],
  },
  {
    name: 'github',
    mark: 'GITHUB_ACTIONS',
    project: ['GITHUB_REPOSITORY'],
    build: ['GITHUB_RUN_NUMBER', 'GITHUB_RUN_ID'],
    identity: ['GITHUB_REPOSITORY', 'GITHUB_RUN_ID', 'GITHUB_RUN_ATTEMPT', 'GITHUB_JOB'],
    needed: ['GITHUB_RUN_ID'],
  },
  {
    name: 'bamboo',
    mark: 'bamboo_buildResultKey',
    project: ['bamboo_deploy_project', 'bamboo_planKey', 'bamboo_planName'],
    build: ['bamboo_deploy_release', 'bamboo_buildNumber', 'bamboo_buildResultKey'],
    identity: [
      'bamboo_buildResultKey',
      'bamboo_deploy_project',
      'bamboo_deploy_environment',
      'bamboo_deploy_release',
      'bamboo_resultsUrl',
    ],
    needed: ['bamboo_buildResultKey'],
  },
  {
    name: 'bamboo',
    mark: 'bamboo_deploy_release',
    project: ['bamboo_deploy_project'],
    build: ['bamboo_deploy_release'],
    identity: ['bamboo_deploy_project', 'bamboo_deploy_environment', 'bamboo_deploy_release', 'bamboo_resultsUrl'],
    needed: ['bamboo_resultsUrl'],
  },
  {
    name: 'circleci',
    mark: 'CIRCLECI',
    project: ['CIRCLE_PROJECT_REPONAME'],
    build: ['CIRCLE_BUILD_NUM'],
    identity: [
      'CIRCLE_PROJECT_USERNAME',
      'CIRCLE_PROJECT_REPONAME',
      'CIRCLE_WORKFLOW_ID',
      'CIRCLE_WORKFLOW_JOB_ID',
      'CIRCLE_BUILD_NUM',
    ],
    needed: ['CIRCLE_WORKFLOW_JOB_ID', 'CIRCLE_BUILD_NUM'],
  },
  {
    name: 'azure',
    mark: 'TF_BUILD',
    project: ['BUILD_REPOSITORY_NAME', 'SYSTEM_TEAMPROJECT'],
    build: ['BUILD_BUILDNUMBER', 'BUILD_BUILDID'],
    identity: [
      'SYSTEM_COLLECTIONURI',
      'SYSTEM_TEAMPROJECT',
      'BUILD_BUILDID',
      'SYSTEM_STAGEATTEMPT',
      'SYSTEM_JOBID',
      'SYSTEM_JOBATTEMPT',
    ],
    needed: ['BUILD_BUILDID'],
  },
  {
    name: 'buildkite',
    mark: 'BUILDKITE',
    project: ['BUILDKITE_PIPELINE_SLUG'],
    build: ['BUILDKITE_BUILD_NUMBER'],
    identity: ['BUILDKITE_ORGANIZATION_SLUG', 'BUILDKITE_PIPELINE_SLUG', 'BUILDKITE_BUILD_ID', 'BUILDKITE_JOB_ID'],
    needed: ['BUILDKITE_JOB_ID'],
  },
  {
    name: 'bitbucket',
    mark: 'BITBUCKET_BUILD_NUMBER',
    project: ['BITBUCKET_REPO_FULL_NAME', 'BITBUCKET_REPO_SLUG'],
    build: ['BITBUCKET_BUILD_NUMBER'],
    identity: [
      'BITBUCKET_REPO_FULL_NAME',
      'BITBUCKET_BUILD_NUMBER',
      'BITBUCKET_STEP_UUID',
      'BITBUCKET_STEP_RUN_NUMBER',
    ],
    needed: ['BITBUCKET_BUILD_NUMBER'],
  },
  {
    name: 'teamcity',
    mark: 'TEAMCITY_VERSION',
    project: ['TEAMCITY_PROJECT_NAME'],
    build: ['BUILD_NUMBER'],
    identity: ['BUILD_URL', 'TEAMCITY_PROJECT_NAME', 'TEAMCITY_BUILDCONF_NAME', 'BUILD_NUMBER'],
    needed: ['BUILD_NUMBER'],
  },
  {
    name: 'drone',
    mark: 'DRONE',
    project: ['DRONE_REPO'],
    build: ['DRONE_BUILD_NUMBER'],
    identity: ['DRONE_REPO', 'DRONE_BUILD_NUMBER', 'DRONE_STAGE_NUMBER', 'DRONE_STEP_NUMBER'],
    needed: ['DRONE_BUILD_NUMBER'],
  },
  {
    name: 'jenkins',
    mark: 'JENKINS_URL',
    project: ['JOB_NAME'],
    build: ['BUILD_NUMBER'],
    identity: ['BUILD_URL', 'BUILD_TAG'],
    needed: ['BUILD_TAG', 'BUILD_URL'],
  },
  {
    name: 'jenkins',
    mark: 'BUILD_TAG',
    project: ['JOB_NAME'],
    build: ['BUILD_NUMBER', 'BUILD_TAG'],
    identity: ['BUILD_URL', 'BUILD_TAG'],
    needed: ['BUILD_TAG'],
  },
];

/** The CI build that this process runs in, from its environment variables; `undefined` on somebody's desk. */
export function ciBuildOf(env: Environment): CiBuild | undefined {
  const system = SYSTEMS.find((one) => isSet(env[one.mark]));
  if (system === undefined || !system.needed.some((name) => isSet(env[name]))) return undefined;
  const first = (names: readonly string[]): string => names.map((name) => env[name]).find(isSet) ?? '';
  const [project, build] = [first(system.project), first(system.build)];
  return {
    name: `${system.name} ${project}${build === '' ? '' : `#${build}`}`.trim(),
    identity: [system.name, ...system.identity.flatMap((name) => env[name] ?? []).filter(isSet)],
  };
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== '' && value.toLowerCase() !== 'false';
}
