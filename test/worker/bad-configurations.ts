/** A configuration that must be refused, and what the refusal must say. */
export interface BadConfiguration {
  readonly what: string;
  readonly yaml: string;
  /** `line:column` and a part of the message, of each problem, in order. */
  readonly problems: readonly (readonly [place: string, message: string | RegExp])[];
}

const yaml = (text: string): string => text.replace(/^\n/, '');

export const BAD_CONFIGURATIONS: readonly BadConfiguration[] = [
  { what: 'an empty file', yaml: '', problems: [['1:1', 'the file is empty']] },
  { what: 'only comments', yaml: '# nothing\n# here\n', problems: [['1:1', 'the file is empty']] },
  { what: 'a plain text', yaml: 'hello world\n', problems: [['1:1', 'found a plain text; is this the right file?']] },
  {
    what: 'a list',
    yaml: '- prod\n- qa\n',
    problems: [['1:1', 'expected a mapping ("key: value" lines), found a list']],
  },
  {
    what: 'a page of HTML',
    yaml: '<html>\n<body>error: 502</body>\n</html>\n',
    problems: [
      ['1:1', 'this is not "key: value"'],
      ['3:1', 'a quote or a bracket is not closed, or a comma is missing'],
    ],
  },
  {
    what: 'a tab in the indentation',
    yaml: 'environments:\n\tprod: {}\n',
    problems: [['2:1', 'there is a tab in the indentation; YAML allows only spaces there']],
  },
  {
    what: 'a key that stands twice',
    yaml: 'environments:\n  prod: {}\n  prod: {}\n',
    problems: [['3:3', 'this key stands twice in one mapping; keep one of the two']],
  },
  {
    what: 'an open quote',
    yaml: 'rancher:\n  url: "https://h\n',
    problems: [['3:1', 'a quote or a bracket is not closed']],
  },
  { what: 'an open bracket', yaml: 'worker:\n  environments: [prod\n', problems: [['3:1', 'a bracket is not closed']] },
  {
    what: 'two documents',
    yaml: 'environments: {}\n---\nworker: {}\n',
    problems: [['2:1', 'a second document begins here']],
  },
  { what: 'a value that begins with @', yaml: 'rancher:\n  url: @host\n', problems: [['2:8', 'put it in quotes']] },
  { what: 'a tag', yaml: 'rancher: !vault x\n', problems: [['1:10', 'tags ("!something") are not supported']] },
  {
    what: 'an alias without its anchor',
    yaml: 'rancher: *common\n',
    problems: [['', 'an anchor or alias cannot be resolved']],
  },
  {
    what: 'a wrong indentation',
    yaml: 'rancher: common\n  url: https://h\n',
    problems: [
      ['1:10', 'is indented under a value'],
      ['1:10', 'is a colon with a space after it missing'],
    ],
  },
  {
    what: 'an unknown key at the top',
    yaml: 'environment:\n  prod: {}\n',
    problems: [['1:1', 'environment: unknown key; did you mean environments?']],
  },
  {
    what: 'an unknown key far down',
    yaml: yaml(`
environments:
  prod:
    policy:
      stalLimit: 10m
`),
    problems: [['4:7', 'environments.prod.policy.stalLimit: unknown key; did you mean stallLimit?']],
  },
  {
    what: 'an unknown key that is like no other',
    yaml: 'rancher:\n  xyzzy: 1\n',
    problems: [
      ['2:3', 'rancher.xyzzy: unknown key; known here: url, accessKey, secretKey, keyGrace, requests, ca, events'],
    ],
  },
  {
    what: 'two unknown keys in one mapping',
    yaml: 'defaults:\n  Soak: 1s\n  pollmax: 1s\n',
    problems: [
      ['2:3', 'defaults.Soak: unknown key; did you mean soak?'],
      ['3:3', 'defaults.pollmax: unknown key; did you mean pollMax?'],
    ],
  },
  {
    what: 'a text where a mapping belongs',
    yaml: 'environments:\n  prod: Production\n',
    problems: [['2:9', 'environments.prod: expected a mapping, found a text']],
  },
  {
    what: 'a list where a mapping belongs',
    yaml: 'environments:\n  - prod\n',
    problems: [['1:1', 'environments: expected a mapping, found a list']],
  },
  {
    what: 'a bare number for a duration',
    yaml: 'defaults:\n  timeout: 600\n',
    problems: [
      [
        '2:12',
        'defaults.timeout: expected a duration such as 500ms, 30s, 10m, 2h or 7d, found the bare number 600; add the unit: 600s for seconds',
      ],
    ],
  },
  {
    what: 'a bad duration',
    yaml: 'defaults:\n  soak: 10 minutes\n',
    problems: [['2:9', '"10 minutes" is no duration; write a duration such as 500ms']],
  },
  {
    what: 'a duration out of bounds',
    yaml: 'defaults:\n  batchInterval: 50ms\n',
    problems: [['2:18', '"50ms" is out of bounds; it must be from 100ms to 1h']],
  },
  { what: 'a duration without a value', yaml: 'defaults:\n  soak:\n', problems: [['2:8', 'found nothing']] },
  {
    what: 'a batch size of none',
    yaml: 'defaults:\n  batchSize: 0\n',
    problems: [['2:14', 'expected a whole number from 1 to 10000, found 0']],
  },
  {
    what: 'half a container',
    yaml: 'defaults:\n  batchSize: 1.5\n',
    problems: [['2:14', 'expected a whole number from 1 to 10000, found 1.5']],
  },
  {
    what: 'a yes that YAML does not know',
    yaml: 'defaults:\n  startFirst: yes\n',
    problems: [['2:15', 'expected true or false, found a text (YAML 1.2 knows no yes']],
  },
  {
    what: 'a mistyped onPending',
    yaml: 'defaults:\n  onPending: rolback\n',
    problems: [['2:14', 'expected one of rollback, finish, wait, abort, found "rolback"; did you mean rollback?']],
  },
  {
    what: 'a poll that is wider at its narrowest',
    yaml: 'environments:\n  prod:\n    policy: { pollMin: 2m, pollMax: 30s }\n',
    problems: [['2:3', 'pollMin (2m) is longer than pollMax (30s)']],
  },
  {
    what: 'a URL without a scheme',
    yaml: 'rancher:\n  url: rancher.example.com\n',
    problems: [['2:8', 'must begin with http:// or https://']],
  },
  {
    what: 'a URL with credentials',
    yaml: 'rancher:\n  url: https://key:hunter2@rancher.example.com\n',
    problems: [['2:8', 'credentials do not belong into a URL']],
  },
  {
    what: "a URL of Rancher 2's API",
    yaml: 'rancher:\n  url: https://rancher.example.com/v3\n',
    problems: [['2:8', 'an API that Rancher 1.6 does not have']],
  },
  {
    what: 'a key in the file',
    yaml: 'rancher:\n  secretKey: hunter2\n',
    problems: [
      [
        '2:14',
        'rancher.secretKey: a secret does not belong into this file; say where it comes from, { env: NAME }, { file: PATH } or { command: [PROGRAM, ARGUMENT, …] }',
      ],
    ],
  },
  {
    what: 'a key where the name of a variable belongs',
    yaml: 'rancher:\n  secretKey: { env: hunter2-and-more }\n',
    problems: [['2:3', 'env must be the name of an environment variable']],
  },
  {
    what: 'a key from two places',
    yaml: 'rancher:\n  secretKey: { env: A, file: /b }\n',
    problems: [['2:3', 'expected exactly one of env, file and command']],
  },
  {
    what: 'a key from nowhere',
    yaml: 'rancher:\n  accessKey: { vault: secret/x }\n',
    problems: [['2:3', 'expected exactly one of env, file and command']],
  },
  {
    what: 'a reference with a space',
    yaml: 'environments:\n  prod:\n    variables:\n      db password: { env: X }\n',
    problems: [['4:7', '"db password" cannot be a reference']],
  },
  {
    what: 'an alias with a slash',
    yaml: 'environments:\n  eu/prod: {}\n',
    problems: [['2:3', '"eu/prod" cannot name an environment']],
  },
  {
    what: 'a project that is a number',
    yaml: 'environments:\n  prod:\n    project: 15\n',
    problems: [['3:14', 'found a number; put it in quotes: "15"']],
  },
  {
    what: 'an address of Temporal with a scheme',
    yaml: 'temporal:\n  address: http://temporal:7233\n',
    problems: [['2:12', 'write host:port without a scheme']],
  },
  {
    what: 'an address of Temporal without a port',
    yaml: 'temporal:\n  address: temporal\n',
    problems: [['2:12', '"temporal" is no address of Temporal']],
  },
  {
    what: 'an address to listen on without a port, and one with a scheme',
    yaml: 'worker:\n  metricsAddress: "9464"\n  healthAddress: http://127.0.0.1:9465\n',
    problems: [
      ['2:19', '"9464" is no address to listen on; write host:port without a scheme, such as 127.0.0.1:9464'],
      ['3:18', '"http://127.0.0.1:9465" is no address to listen on'],
    ],
  },
  {
    what: 'a worker for an unknown environment',
    yaml: 'environments:\n  prod: {}\nworker:\n  environments: [prod, prdo]\n',
    problems: [['4:24', 'unknown environment "prdo"; did you mean prod? configured: prod']],
  },
  {
    what: 'a worker for no environment',
    yaml: 'environments:\n  prod: {}\nworker:\n  environments: []\n',
    problems: [['4:3', 'worker.environments: the list is empty']],
  },
  {
    what: 'a worker for one environment that is not in a list',
    yaml: 'environments:\n  prod: {}\nworker:\n  environments: prod\n',
    problems: [['4:17', 'expected a list, such as [prod], found a text']],
  },
  {
    what: 'two aliases of one project',
    yaml: yaml(`
rancher: { url: https://rancher.example.com }
environments:
  prod: { project: 1a5 }
  live: { project: 1a5, rancher: { url: https://RANCHER.example.com/v2-beta/projects/1a5/ } }
`),
    problems: [['4:3', 'live and prod (drover.yaml:3:3) are the same environment of Rancher, project "1a5"']],
  },
  {
    what: 'two aliases that take their project from one URL',
    yaml: 'rancher: { url: https://h/v1/projects/1a7 }\nenvironments:\n  a: {}\n  b: {}\n',
    problems: [['4:3', 'b and a (drover.yaml:3:3) are the same environment of Rancher, project "1a7"']],
  },
  {
    what: 'a gate that checks nothing',
    yaml: 'environments:\n  prod:\n    gates: { smoke: { passes: 2 } }\n',
    problems: [['3:14', 'expected exactly one of http and exec']],
  },
  {
    what: 'a gate with credentials in its address',
    yaml: yaml(`
environments:
  prod:
    gates:
      smoke:
        http: { url: "https://me:hunter2@web/health" }
`),
    problems: [['5:22', 'credentials do not belong into the address; give a header']],
  },
  {
    what: 'a gate with a secret in a header',
    yaml: yaml(`
environments:
  prod:
    gates:
      smoke:
        http: { url: https://web/health, headers: { Authorization: Bearer hunter2 } }
`),
    problems: [['5:68', 'a secret does not belong into this file']],
  },
  {
    what: 'a gate for a service that is none',
    yaml: 'environments:\n  prod:\n    gates: { smoke: { services: [web], http: { url: "http://w/" } } }\n',
    problems: [['3:34', '"web" names no service; write STACK/SERVICE']],
  },
  {
    what: 'a gate that runs a program where that is off',
    yaml: 'environments:\n  prod:\n    gates: { smoke: { exec: [/opt/smoke, "hunter2"] } }\n',
    problems: [['3:23', /gate smoke runs a program .* which is off; allow it with worker: \{ allowExec: true \}/]],
  },
  {
    what: 'a gate whose address has a placeholder that stands for nothing',
    yaml: "environments:\n  prod:\n    gates: { smoke: { http: { url: 'http://{servce}/' } } }\n",
    problems: [['3:36', '{servce} stands for nothing; known: {environment}, {stack}, {service}']],
  },
  {
    what: 'a gate that cannot pass in its time',
    yaml: "environments:\n  prod:\n    gates: { g: { passes: 9, every: 5s, within: 30s, http: { url: 'http://w/' } } }\n",
    problems: [['3:14', '9 passes, one every 5s, take longer than within (30s) allows']],
  },
  {
    what: 'secrets of probes that would go anywhere',
    yaml: 'environments:\n  prod:\n    probes: { secrets: { shop-token: { env: HOME } } }\n',
    problems: [['3:5', 'secrets are sent only to servers that are named; add to: [https://shop.example.com]']],
  },
  {
    what: 'a server for probes with a path',
    yaml: 'environments:\n  prod:\n    probes: { to: ["https://shop/health"] }\n',
    problems: [['3:20', '"https://shop/health" names no server; write https://shop.example.com']],
  },
  {
    what: 'a secret of probes in clear',
    yaml: 'environments:\n  prod:\n    probes: { to: ["https://shop"], secrets: { shop-token: hunter2 } }\n',
    problems: [['3:60', 'a secret does not belong into this file']],
  },
  {
    what: 'a notification to nowhere',
    yaml: 'notifications: { ops: { events: [verdict] } }\n',
    problems: [['1:18', 'expected exactly one of webhook and slack']],
  },
  {
    what: "Slack's address in clear",
    yaml: 'notifications: { ops: { slack: { url: https://hooks.example.com/hunter2 } } }\n',
    problems: [['1:39', 'a secret does not belong into this file']],
  },
  {
    what: 'a webhook whose address holds credentials',
    yaml: 'notifications: { ops: { webhook: { url: "https://me:hunter2@h/" } } }\n',
    problems: [['1:41', 'credentials and queries do not belong into this file']],
  },
  {
    what: 'a template with a placeholder that stands for nothing',
    yaml: "notifications: { ops: { slack: { url: { env: U }, text: '{verdikt}' } } }\n",
    problems: [['1:57', '{verdikt} stands for nothing; did you mean {verdict}?']],
  },
  {
    what: 'a body that is no JSON',
    yaml: "notifications: { ops: { webhook: { url: 'https://h/', body: '{reason}' } } }\n",
    problems: [['1:61', 'this is no JSON once it is filled in']],
  },
  {
    what: 'an event that there is not',
    yaml: "notifications: { ops: { webhook: { url: 'https://h/' }, events: [ended] } }\n",
    problems: [['1:66', 'expected one of started, waiting, verdict, found "ended"']],
  },
  {
    what: 'several problems at once',
    yaml: yaml(`
temporal: { adress: 127.0.0.1:7233 }
rancher:
  secretKey: hunter2
defaults:
  timeout: 5
environments:
  prod: { polcy: {}, labels: 1 }
`),
    problems: [
      ['1:13', 'temporal.adress: unknown key; did you mean address?'],
      ['3:14', 'a secret does not belong into this file'],
      ['5:12', 'the bare number 5'],
      ['7:11', 'environments.prod.polcy: unknown key; did you mean policy?'],
      ['7:30', 'environments.prod.labels: expected true or false, found a number'],
    ],
  },
];
