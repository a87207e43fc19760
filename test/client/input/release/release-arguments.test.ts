import { releaseFromArguments } from '../../../../client/input/release/release-arguments';
import { parseRelease } from '../../../../client/input/release/release-file';
import { problemsOf } from '../problems-of';

test('services with their images are the release that a file would have made', () => {
  const fromFile = parseRelease(
    'environment: qa\nservices: { s/web: "example/web:2@sha256:' + 'a'.repeat(64) + '", s/api: example/api:2 }',
    'release.yaml',
  );
  const given = [`s/web=example/web:2@sha256:${'a'.repeat(64)}`, 's/api=example/api:2'];
  expect(releaseFromArguments('qa', given)).toEqual(fromFile);
});

test.each<[string, string, string[], string[]]>([
  ['no service', 'qa', [], ['STACK/SERVICE=IMAGE | it is missing | write STACK/SERVICE=IMAGE']],
  ['an environment that cannot be one', 'q/a', ['s/web=x:1'], ['ENVIRONMENT | "q/a" cannot be the name of an env']],
  ['a service without an image', 'qa', ['s/web'], ['s/web | it names no image | write STACK/SERVICE=IMAGE, such as']],
  ['an empty image', 'qa', ['s/web='], ['s/web | it is empty | write it as example/web:2.4.1']],
  ['a service without its stack', 'qa', ['web=x:1'], ['web | "web" names no service | write STACK/SERVICE']],
  ['an image that is none', 'qa', ['s/web=X:1'], ['s/web | "X:1" has capital letters']],
  ['a service that is given twice', 'qa', ['s/web=x:1', 's/web=x:2'], ['s/web | it is given twice | give it once']],
  [
    'several at once',
    '',
    ['web=x:1', 's/web=X'],
    ['ENVIRONMENT | the name of the environment is empty', 'web | "web" names', 's/web | "X" has capital'],
  ],
])('%s is refused', (_what, environment, services, expected) => {
  const found = problemsOf(() => releaseFromArguments(environment, services));
  expect(found.map(({ where, text, fix }) => `${where} | ${text} | ${fix}`)).toEqual(
    expected.map((words): unknown =>
      expect.stringMatching(new RegExp(`^${words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`)),
    ),
  );
});

test('more services than one release may have are refused', () => {
  const services = Array.from({ length: 201 }, (_, index) => `s/service-${index}=x:1`);
  expect(problemsOf(() => releaseFromArguments('qa', services)).map(({ text }) => text)).toEqual([
    '201 services are more than one release may have',
  ]);
});
