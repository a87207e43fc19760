import { ciBuildOf } from '../../../client/input/ci-build';
import { deploymentIdOf } from '../../../client/input/deployment-id';
import { newRequestId, REQUEST_ID_LIMIT, REQUEST_ID_PATTERN, requestIdOfBuild } from '../../../client/input/request-id';

const BUILDS: readonly (readonly [string, Record<string, string>, string, string])[] = [
  [
    'GitLab',
    {
      GITLAB_CI: 'true',
      CI_PROJECT_PATH: 'team/storefront',
      CI_PIPELINE_ID: '900',
      CI_PIPELINE_IID: '123',
      CI_JOB_ID: '7',
    },
    'gitlab team/storefront#123',
    'gitlab/team/storefront/900/7/prod/storefront/web',
  ],
  [
    'GitHub',
    {
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'team/storefront',
      GITHUB_RUN_ID: '55',
      GITHUB_RUN_NUMBER: '12',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_JOB: 'deploy',
    },
    'github team/storefront#12',
    'github/team/storefront/55/2/deploy/prod/storefront/web',
  ],
  [
    'Jenkins',
    { JENKINS_URL: 'http://ci/', JOB_NAME: 'storefront', BUILD_NUMBER: '8', BUILD_TAG: 'jenkins-storefront-8' },
    'jenkins storefront#8',
    'jenkins/jenkins-storefront-8/prod/storefront/web',
  ],
  [
    'Bamboo, a build',
    { bamboo_buildResultKey: 'SF-WEB-JOB1-42', bamboo_planKey: 'SF-WEB', bamboo_buildNumber: '42' },
    'bamboo SF-WEB#42',
    'bamboo/SF-WEB-JOB1-42/prod/storefront/web',
  ],
  [
    'Bamboo, a deployment project',
    {
      bamboo_deploy_project: 'Storefront',
      bamboo_deploy_environment: 'Production',
      bamboo_deploy_release: 'release-7',
      bamboo_resultsUrl: 'https://ci/deploy?deploymentResultId=9',
    },
    'bamboo Storefront#release-7',
    'bamboo/Storefront/Production/release-7/https://ci/deploy-deploymentResultId=9/prod/storefront/web',
  ],
  [
    'CircleCI',
    { CIRCLECI: 'true', CIRCLE_PROJECT_REPONAME: 'web', CIRCLE_BUILD_NUM: '5', CIRCLE_WORKFLOW_JOB_ID: 'j1' },
    'circleci web#5',
    'circleci/web/j1/5/prod/storefront/web',
  ],
  [
    'Azure',
    {
      TF_BUILD: 'True',
      SYSTEM_TEAMPROJECT: 'sf',
      BUILD_BUILDID: '31',
      BUILD_BUILDNUMBER: '20261123.1',
      SYSTEM_JOBATTEMPT: '1',
    },
    'azure sf#20261123.1',
    'azure/sf/31/1/prod/storefront/web',
  ],
  [
    'Buildkite',
    { BUILDKITE: 'true', BUILDKITE_PIPELINE_SLUG: 'web', BUILDKITE_BUILD_NUMBER: '3', BUILDKITE_JOB_ID: 'j9' },
    'buildkite web#3',
    'buildkite/web/j9/prod/storefront/web',
  ],
];

describe('the request id of a CI build', () => {
  test.each(BUILDS)('%s', (_system, env, name, id) => {
    const build = ciBuildOf(env);
    expect(build?.name).toBe(name);
    expect(build && requestIdOfBuild(build, 'prod', 'storefront', 'web')).toBe(id);
    expect(id).toMatch(REQUEST_ID_PATTERN);
  });

  it('differs for a retried job, and for another service of the same build', () => {
    const env = { GITLAB_CI: 'true', CI_PROJECT_PATH: 'a/b', CI_PIPELINE_ID: '1', CI_JOB_ID: '1' };
    const idOf = (variables: Record<string, string>, service: string): string => {
      const build = ciBuildOf(variables);
      if (build === undefined) throw new Error('no build');
      return requestIdOfBuild(build, 'prod', 's', service);
    };
    const ids = [idOf(env, 'web'), idOf({ ...env, CI_JOB_ID: '2' }, 'web'), idOf(env, 'api')];
    expect(new Set(ids).size).toBe(3);
    expect(idOf(env, 'web')).toBe(ids[0]);
  });

  it('stays within what a search attribute holds, and still tells two builds apart', () => {
    const long = (job: string): string =>
      requestIdOfBuild({ name: 'x', identity: ['gitlab', 'p'.repeat(300), job] }, 'prod', 's', 'web');
    expect(long('1').length).toBeLessThanOrEqual(REQUEST_ID_LIMIT);
    expect(long('1')).not.toBe(long('2'));
    expect(long('1')).toMatch(REQUEST_ID_PATTERN);
  });

  test.each([
    ['nothing set', {}],
    ['marks without numbers', { GITLAB_CI: 'true', GITHUB_ACTIONS: 'true', CIRCLECI: 'true' }],
    ['a mark that says no', { GITLAB_CI: 'false', CI_JOB_ID: '7' }],
    ['a mark that is empty', { GITHUB_ACTIONS: '', GITHUB_RUN_ID: '7' }],
  ])('is not there with %s', (_case, env: Record<string, string>) => {
    expect(ciBuildOf(env)).toBeUndefined();
  });

  it('is made anew elsewhere: another one each time, with the day in it', () => {
    const day = new Date('2026-11-23T19:00:00Z');
    const [one, two] = [newRequestId(day), newRequestId(day)];
    expect(one).toMatch(/^r-2026-11-23-[0-9a-f]{12}$/);
    expect(one).not.toBe(two);
  });
});

describe('the deployment id', () => {
  it('is the same for the same request of the same service, and for nothing else', () => {
    const id = deploymentIdOf('r1', 'deploy/prod/s/web');
    expect(id).toMatch(/^d[0-9a-f]{12}$/);
    expect(deploymentIdOf('r1', 'deploy/prod/s/web')).toBe(id);
    expect(deploymentIdOf('r2', 'deploy/prod/s/web')).not.toBe(id);
    expect(deploymentIdOf('r1', 'deploy/prod/s/api')).not.toBe(id);
  });
});
