/** A release that must be refused, and what the refusal must say. */
export interface BadRelease {
  readonly what: string;
  readonly yaml: string;
  /** `:line:column | text | fix`, or the beginning of it, of each problem, from the top to the bottom. */
  readonly problems: readonly string[];
}

/** A service, in a file that is otherwise as it should be: its first line is the second of the file, and begins at column 13. */
const service = (what: string, flow: string, ...problems: readonly string[]): BadRelease => ({
  what,
  yaml: `environment: qa\nservices: { ${flow} }\n`,
  problems,
});

/** A gate, in the second line of the file. */
const gate = (what: string, flow: string, ...problems: readonly string[]): BadRelease => ({
  what,
  yaml: `environment: qa\ngates: { ${flow} }\nservices: { s/web: x:1 }\n`,
  problems,
});

export const BAD_RELEASES: readonly BadRelease[] = [
  gate('a gate that asks nothing', 'shop: { passes: 3 }', ':2:10 | gates.shop.http: it is missing'),
  gate(
    'a gate with a program',
    'shop: { exec: [rm] }',
    ':2:10 | gates.shop.http: it is missing',
    ':2:18 | gates.shop: there is no key "exec" here',
  ),
  gate(
    'credentials in the address of a gate',
    'shop: { http: { url: "https://jane:hunter2@shop/" } }',
    ':2:31 | gates.shop.http.url: credentials do not belong into the address | give a header that the worker has the value of',
  ),
  gate(
    'a secret in the query of a gate',
    'shop: { http: { url: "https://shop/?key=ghp_hunter2" } }',
    ':2:31 | gates.shop.http.url: its query looks like a secret, which everybody would find in the history',
  ),
  gate(
    'the value of a header of a gate',
    'shop: { http: { url: "https://shop/", headers: { Authorization: "Bearer hunter2" } } }',
    ':2:74 | gates.shop.http.headers.Authorization: the value of Authorization is no name of a secret; values do not belong into this file',
  ),
  gate(
    'an address of a gate that is none',
    'shop: { http: { url: shop/health } }',
    ':2:31 | gates.shop.http.url: it is no address | write the address to ask, such as',
  ),
  gate(
    'a place in the address of a gate that stands for nothing',
    'shop: { http: { url: "https://{service}/" } }',
    ':2:31 | gates.shop.http.url: {service} stands for nothing | known: {environment}',
  ),
  gate(
    'more passes than a gate has time for',
    'shop: { http: { url: "https://shop/" }, passes: 20, every: 10s }',
    ':2:10 | gates.shop: 20 passes, one every 10 s, take longer than 2 min, which it is given',
  ),
  gate('a name that no gate can have', '"my shop": { http: { url: "https://shop/" } }', ':2:10 | gates.'),
  {
    what: 'a gate without an environment',
    yaml: 'gates: { shop: { http: { url: "https://shop/" } } }\nservices: { s/web: { image: x:1, environment: qa } }\n',
    problems: [
      ':1:10 | no environment is named for the gate "shop" | add environment: NAME at the top of the file (or with the gate)',
    ],
  },
  {
    what: 'an empty file',
    yaml: '',
    problems: [
      ':1:1 | the file is empty | write a mapping ("key: value" lines), such as: services: { storefront/web: example/web:2.4.1 }',
    ],
  },
  { what: 'only comments', yaml: '# nothing\n', problems: [':1:1 | the file is empty'] },
  { what: 'a plain text', yaml: 'hello\n', problems: [':1:1 | expected a mapping, found a plain text'] },
  { what: 'a list', yaml: '- storefront/web\n', problems: [':1:1 | expected a mapping, found a list'] },
  {
    what: 'a tab in the indentation',
    yaml: 'services:\n\ts/web: x:1\n',
    problems: [':2:1 | there is a tab in the indentation | indent with spaces'],
  },
  {
    what: 'a value that begins with *',
    yaml: 'name: *hunter2\n',
    problems: [' | an alias has no anchor'],
  },
  { what: 'a tag', yaml: 'name: !words x\n', problems: [':1:7 | tags ("!something") are not supported here'] },
  {
    what: 'two documents',
    yaml: 'name: a\n---\nname: b\n',
    problems: [':2:1 | a second document begins here ("---") | write one document into each file'],
  },
  { what: 'no services', yaml: 'environment: qa\n', problems: [':1:1 | services: it is missing | write a mapping'] },
  {
    what: 'services that are left empty',
    yaml: 'environment: qa\nservices:\n',
    problems: [':2:1 | services: there is none | name one: storefront/web: example/web:2.4.1'],
  },
  { what: 'no service', yaml: 'environment: qa\nservices: {}\n', problems: [':2:1 | services: there is none'] },
  {
    what: 'a list of services',
    yaml: 'environment: qa\nservices:\n  - storefront/web\n',
    problems: [':2:1 | services: expected a mapping ("key: value" lines), found a list'],
  },
  {
    what: 'an unknown key at the top',
    yaml: 'enviroment: qa\nservices: { s/web: x:1 }\n',
    problems: [
      ':1:1 | there is no key "enviroment" here | did you mean environment?',
      ':2:13 | no environment is named for "s/web" | add environment: NAME at the top',
    ],
  },
  {
    what: 'no environment, for several services',
    yaml: 'services:\n  s/web: x:1\n  s/db: { image: x:1, environment: qa }\n  s/api: x:1\n',
    problems: [':2:3 | no environment is named for "s/web" and 1 more'],
  },
  {
    what: 'an environment that cannot be one',
    yaml: 'environment: q/a\nservices: { s/web: x:1 }\n',
    problems: [':1:14 | environment: "q/a" cannot be the name of an environment | write the alias'],
  },
  {
    what: 'an onFailure that is none',
    yaml: 'environment: qa\nonFailure: rollback\nservices: { s/web: x:1 }\n',
    problems: [
      ':2:12 | onFailure: expected one of rollback-all, stop, continue, found "rollback" | did you mean rollback-all?',
    ],
  },
  {
    what: 'too much at once',
    yaml: 'environment: qa\nparallelism: 51\nservices: { s/web: x:1 }\n',
    problems: [':2:14 | parallelism: expected a whole number, found 51 | write a whole number from 1 to 50'],
  },
  {
    what: 'nothing at once',
    yaml: 'environment: qa\nparallelism: none\nservices: { s/web: x:1 }\n',
    problems: [':2:14 | parallelism: expected a whole number, found a text'],
  },
  {
    what: 'a whenBusy that is none for releases',
    yaml: 'environment: qa\nwhenBusy: attach\nservices: { s/web: x:1 }\n',
    problems: [':2:11 | whenBusy: expected one of reject, queue, supersede, found "attach" | write one of'],
  },
  {
    what: 'a confirm that is none',
    yaml: 'environment: qa\nconfirm: true\nservices: { s/web: x:1 }\n',
    problems: [':2:10 | confirm: expected one of none, manual, found true'],
  },
  {
    what: 'a time without a unit',
    yaml: 'environment: qa\nconfirm: manual\nconfirmWithin: 24\nservices: { s/web: x:1 }\n',
    problems: [':3:16 | confirmWithin: expected a duration, found the bare number 24 | add the unit: 24s for seconds'],
  },
  {
    what: 'a time that is none',
    yaml: 'environment: qa\nconfirm: manual\nconfirmWithin: tomorrow\nservices: { s/web: x:1 }\n',
    problems: [':3:16 | confirmWithin: "tomorrow" is no duration | write a duration from 1s to 90d'],
  },
  {
    what: 'a time that is too long',
    yaml: 'environment: qa\nconfirm: manual\nconfirmWithin: 91d\nservices: { s/web: x:1 }\n',
    problems: [':3:16 | confirmWithin: "91d" is out of bounds'],
  },
  {
    what: 'a time for a confirmation that nobody is asked for',
    yaml: 'environment: qa\nconfirmWithin: 24h\nservices: { s/web: x:1 }\n',
    problems: [':2:1 | confirmWithin: nobody is asked to confirm this release | add confirm: manual'],
  },
  {
    what: 'a time for a confirmation that the file itself declines',
    yaml: 'environment: qa\nconfirm: none\nconfirmWithin: 24h\nservices: { s/web: x:1 }\n',
    problems: [':3:1 | confirmWithin: nobody is asked to confirm this release | add confirm: manual'],
  },
  {
    what: 'a name of several lines',
    yaml: 'environment: qa\nname: "a\\nb"\nservices: { s/web: x:1 }\n',
    problems: [':2:7 | name: it has control characters in it'],
  },
  {
    what: 'a number as a name',
    yaml: 'environment: qa\nname: 2.4\nservices: { s/web: x:1 }\n',
    problems: [':2:7 | name: expected words for people, found a number | put it in quotes: "2.4"'],
  },
  service(
    'a service without its stack',
    'web: x:1',
    ':2:13 | services.web: "web" names no service | write STACK/SERVICE',
  ),
  service('a service with its environment', 'qa/s/web: x:1', ':2:13 | services.qa/s/web: "qa/s/web" names no service'),
  service('a service without a name', 's/: x:1', ':2:13 | services.s/: the name of the service is empty'),
  service(
    'a stack with a space',
    '"my s/web": x:1',
    ':2:13 | services."my s/web": "my s" cannot be the name of a stack',
  ),
  service(
    'an image that is none',
    's/web: Web:1',
    ':2:20 | services.s/web.image: "Web:1" has capital letters in its repository | Docker takes small letters only: "web"',
  ),
  service(
    'an image in the long form',
    's/web: { image: "x:" }',
    ':2:29 | services.s/web.image: "x:" ends with a colon',
  ),
  service(
    'a service with nothing to deploy',
    's/web: { redeploy: true }',
    ':2:13 | services.s/web: nothing to deploy: neither an image nor a sidekick is given | add image: example/web:2.4.1',
  ),
  service('a service that is left empty', 's/web:', ':2:20 | services.s/web: nothing to deploy'),
  service('a service that is a number', 's/web: 1', ':2:20 | services.s/web: expected a mapping'),
  service(
    'an unknown key of a service',
    's/web: { image: x:1, sidekick: { a: x:1 } }',
    ':2:34 | services.s/web: there is no key "sidekick" here | did you mean sidekicks?',
  ),
  service(
    'a sidekick that cannot be one',
    's/web: { sidekicks: { "a b": x:1, b: "X:1", c: 1 } }',
    ':2:35 | services.s/web.sidekicks."a b": "a b" cannot be the name of a sidekick',
    ':2:50 | services.s/web.sidekicks.b: "X:1" has capital letters',
    ':2:60 | services.s/web.sidekicks.c: expected sidekicks with their images, such as { logger: example/logger:3 }, found a number | put it in quotes: "1"',
  ),
  service(
    'sidekicks that are a list',
    's/web: { sidekicks: [x:1] }',
    ':2:22 | services.s/web.sidekicks: expected a mapping, found a list | write sidekicks with their images',
  ),
  service(
    'a value in clear in place of a reference',
    's/web: { image: x:1, variables: { DB_PASSWORD: "hunter2!" } }',
    ':2:60 | services.s/web.variables.DB_PASSWORD: it looks like a value, not like the name of a reference (a value in clear would stay in the history) | put the value where the worker finds it, name it under "variables:" in the worker\'s drover.yaml (say db_password), and write variables: { DB_PASSWORD: db_password }',
  ),
  service(
    'a variable that cannot be one',
    's/web: { image: x:1, variables: { 1A: ref } }',
    ':2:47 | services.s/web.variables.1A: "1A" cannot be the name of an environment variable | write variables: { NAME: REFERENCE }',
  ),
  service(
    'labels that are not for people to write',
    's/web: { image: x:1, labels: { io.drover.deployment: x, io.rancher.service.name: y } }',
    ":2:44 | services.s/web.labels.io.drover.deployment: labels under io.drover. are Drover's own",
    ':2:69 | services.s/web.labels.io.rancher.service.name: labels under io.rancher.service. are written by Rancher',
  ),
  service(
    'a secret in a label',
    's/web: { image: x:1, labels: { token: ghp_hunter2hunter2hunter2 } }',
    ':2:51 | services.s/web.labels.token: its value looks like a secret; labels travel and are kept in clear | keep secrets out of labels: give them as variables: { NAME: REFERENCE }',
  ),
  service(
    'a number as a label',
    's/web: { image: x:1, labels: { version: 2 } }',
    ':2:53 | services.s/web.labels.version: expected labels, such as { team: shop }, found a number | put it in quotes: "2"',
  ),
  service(
    'a redeploy that is none',
    's/web: { image: x:1, redeploy: yes }',
    ':2:44 | services.s/web.redeploy: expected true or false, found a text | write true or false (YAML 1.2 knows no yes',
  ),
  service(
    'a policy that is none',
    's/web: { image: x:1, policy: { onPending: rollbck, batchSize: 0, batchInterval: 1, soak: 8d, stallLimit: 1m } }',
    ':2:55 | services.s/web.policy.onPending: expected one of rollback, finish, wait, abort, found "rollbck" | did you mean rollback?',
    ':2:75 | services.s/web.policy.batchSize: expected a whole number, found 0',
    ':2:93 | services.s/web.policy.batchInterval: expected a duration, found the bare number 1',
    ':2:102 | services.s/web.policy.soak: "8d" is out of bounds',
    ':2:106 | services.s/web.policy: there is no key "stallLimit" here | known here: onPending, batchSize',
  ),
  service(
    'a dependency that is mistyped',
    's/web: { image: x:1, dependsOn: [s/api, s/ap] }, s/api: x:1',
    ':2:53 | services.s/web.dependsOn: "s/ap" is no service of this release | did you mean s/api?',
  ),
  service(
    'a dependency that is like no other',
    's/web: { image: x:1, dependsOn: elsewhere/database }',
    ':2:45 | services.s/web.dependsOn: "elsewhere/database" is no service of this release | write it as it stands under services:',
  ),
  service(
    'a list of no dependencies',
    's/web: { image: x:1, dependsOn: [] }',
    ':2:34 | services.s/web.dependsOn: it is empty | put something into it',
  ),
  service(
    'services that wait for each other',
    's/a: { image: x:1, dependsOn: [s/b] }, s/b: { image: x:1, dependsOn: s/a }',
    ':2:44 | these depend on each other in a circle: s/a → s/b → s/a | take out the dependency that is not one',
  ),
  service('a service that waits for itself', 's/a: { image: x:1, dependsOn: [s/a] }', ':2:44 | s/a depends on itself'),
  service(
    'a wave before the one that it waits for',
    's/a: { image: x:1, dependsOn: [s/b], wave: 1 }, s/b: { image: x:1, wave: 2 }',
    ':2:44 | s/a is in wave 1 and depends on s/b, which is in wave 2; it must be in an earlier one | give the one that waits a later wave',
  ),
  service(
    'a wave that is none',
    's/a: { image: x:1, wave: 0 }',
    ':2:38 | services.s/a.wave: expected a whole number, found 0',
  ),
  {
    what: 'a service that stands twice',
    yaml: 'environment: qa\nservices:\n  s/web: x:1\n  s/web: x:2\n',
    problems: [':4:3 | this key stands twice in one mapping | keep one of the two'],
  },
  {
    what: 'everything at once, from the top to the bottom',
    yaml: `name: 1
services:
  web: x:1
  s/web:
    image: Web
    dependsOn: [s/apu]
  s/api: { image: x:1, environment: qa, redeploy: no }
confirmWithin: 1h
parallel: 3
`,
    problems: [
      ':1:7 | name: expected words for people',
      ':3:3 | services.web: "web" names no service',
      ':3:3 | no environment is named for "web" and 1 more',
      ':5:12 | services.s/web.image: "Web" has capital letters',
      ':6:17 | services.s/web.dependsOn: "s/apu" is no service of this release | did you mean s/api?',
      ':7:51 | services.s/api.redeploy: expected true or false',
      ':8:1 | confirmWithin: nobody is asked',
      ':9:1 | there is no key "parallel" here | did you mean parallelism?',
    ],
  },
];
