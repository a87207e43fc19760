/** A pipeline that must be refused, and what the refusal must say. */
export interface BadPipeline {
  readonly what: string;
  readonly yaml: string;
  /** `:line:column | text | fix`, or the beginning of it, of each problem, from the top to the bottom. */
  readonly problems: readonly string[];
}

/** Stages in a file that is otherwise as it should be: they are in its third line, and begin at column 11. */
const stages = (what: string, flow: string, ...problems: readonly string[]): BadPipeline => ({
  what,
  yaml: `name: shop\nstack: shop\nstages: [ ${flow} ]\n`,
  problems,
});

/** One more key of one stage: it begins at column 56. */
const stage = (what: string, flow: string, ...problems: readonly string[]): BadPipeline =>
  stages(what, `{ name: qa, from: dev, environments: [ qa ], ${flow} }`, ...problems);

const NIGHT = 'name: night, timeZone: Europe/Berlin';

export const BAD_PIPELINES: readonly BadPipeline[] = [
  { what: 'an empty file', yaml: '', problems: [':1:1 | the file is empty | write a mapping'] },
  {
    what: 'nothing that is needed',
    yaml: 'services: [web]\n',
    problems: [
      ':1:1 | name: expected the name of the pipeline, found nothing',
      ':1:1 | stack: expected the name of a stack, found nothing',
      ':1:1 | stages: it is missing | write a list',
    ],
  },
  {
    what: 'names that are none',
    yaml: 'name: my shop\nstack: my shop\nservices: [we/b, web, web]\nstages: [ { name: q/a, from: d/ev, environments: [ q/a ] } ]\n',
    problems: [
      ':1:7 | name: "my shop" cannot be the name of a pipeline | write at most 64 letters',
      ':2:8 | stack: "my shop" cannot be the name of a stack',
      ':3:12 | services.0: "we/b" cannot be the name of a service',
      ':3:23 | services: "web" is named twice | name it once',
      ':4:19 | stages.0.name: "q/a" cannot be the name of a stage',
      ':4:30 | stages.0.from: "d/ev" cannot be the name of an environment',
      ':4:52 | stages.0.environments.0: "q/a" cannot be the name of an environment',
    ],
  },
  stages('no stage', '', ':3:1 | stages: it is empty | put something into it'),
  {
    what: 'stages that are a mapping',
    yaml: 'name: shop\nstack: shop\nstages: { qa: {} }\n',
    problems: [':3:1 | stages: expected a list, such as [qa], found a mapping'],
  },
  stages(
    'a stage that is a text',
    'qa',
    ':3:11 | stages.0: expected a mapping',
    ':3:11 | stages.0.from: the first stage',
  ),
  stages(
    'a first stage that does not say whose images',
    '{ name: qa, environments: [ qa ] }',
    ':3:11 | stages.0.from: the first stage must say whose images it releases | add from: and the environment',
  ),
  stages(
    'a stage that goes nowhere',
    '{ name: qa, from: dev, environments: [] }',
    ':3:34 | stages.0.environments: it is empty',
  ),
  stages(
    'two stages of one name',
    '{ name: qa, from: dev, environments: [ qa ] }, { name: qa, environments: [ demo ] }',
    ':3:66 | stages: "qa" is named twice | name it once',
  ),
  stages(
    'an environment twice in a stage and in another one',
    '{ name: qa, from: dev, environments: [ qa, qa ] }, { name: demo, environments: [ demo, qa ] }',
    ':3:54 | stages.0.environments: "qa" is in this stage twice | name each environment once',
    ':3:98 | stages.1.environments: "qa" is in stages.0 too | name each environment once',
  ),
  stages(
    'images of the environment that they go to',
    '{ name: qa, from: qa, environments: [ qa ] }',
    ':3:29 | stages.0.from: "qa" is released to in this very stage | name the environment in which',
  ),
  stages(
    'images of an environment that comes later',
    '{ name: qa, from: prod, environments: [ qa ] }, { name: prod, environments: [ prod ] }',
    ':3:29 | stages.0.from: "prod" is released to only later, in stages.1 | name an environment of an earlier stage',
  ),
  stage(
    'a key that is mistyped',
    'aprovals: { count: 1 }',
    ':3:56 | stages.0: there is no key "aprovals" here | did you mean approvals?',
  ),
  stage(
    'a canary of one',
    'canary: true',
    ':3:56 | stages.0.canary: there is only one environment in this stage | name the others',
  ),
  stages(
    'a canary in parallel',
    '{ name: qa, from: dev, environments: [ a, b ], canary: true, parallel: true }',
    ':3:72 | stages.0.parallel: with canary the first environment goes alone, and the others in parallel | take one',
  ),
  stage('a soak without a unit', 'soak: 10', ':3:62 | stages.0.soak: expected a duration, found the bare number 10'),
  stage(
    'fewer people than it takes',
    'approvals: { count: 3, people: [ jane, joe ] }',
    ':3:79 | stages.0.approvals.people: 3 must approve, and only 2 may | name enough different people',
  ),
  stage(
    'one person twice',
    'approvals: { count: 2, people: [ jane, Jane@desk ] }',
    ':3:79 | stages.0.approvals.people: Jane@desk is the same person as another one',
  ),
  stage('no people', 'approvals: { people: [] }', ':3:69 | stages.0.approvals.people: it is empty'),
  stage(
    'approvals of nobody, at no time',
    'approvals: { count: 0, within: 0s, signed: maybe, distinct: true }',
    ':3:76 | stages.0.approvals.count: expected a whole number, found 0 | write a whole number from 1 to 20',
    ':3:87 | stages.0.approvals.within: "0s" is out of bounds',
    ':3:99 | stages.0.approvals.signed: expected true or false, found a text',
    ':3:106 | stages.0.approvals: there is no key "distinct" here | did you mean distinctFromRequester?',
  ),
  stage(
    'a freeze that is no list',
    `freeze: { ${NIGHT}, from: "22:00", to: "06:00" }`,
    ':3:56 | stages.0.freeze: expected a list, such as [qa], found a mapping',
  ),
  stage(
    'an unknown time zone',
    'freeze: [{ name: night, timeZone: Europe/Berlyn, from: "22:00", to: "06:00" }]',
    ':3:90 | stages.0.freeze.0.timeZone: "Europe/Berlyn" is no time zone that is known here | did you mean Europe/Berlin?',
  ),
  stage(
    'an offset in place of a time zone',
    'freeze: [{ name: night, timeZone: "+01:00", from: "22:00", to: "06:00" }]',
    ':3:90 | stages.0.freeze.0.timeZone: "+01:00" is no time zone that is known here | write its name in the IANA database',
  ),
  stage(
    'a day that does not exist',
    `freeze: [{ ${NIGHT}, days: [ sat, sunday ], from: "22:00", to: "06:00" }]`,
    ':3:118 | stages.0.freeze.0.days.1: expected one of mon, tue, wed, thu, fri, sat, sun, found "sunday"',
  ),
  stage(
    'a time that does not exist',
    `freeze: [{ ${NIGHT}, from: "22:00", to: "24:00" }]`,
    ':3:124 | stages.0.freeze.0.to: it is not HH:MM, as "from" is | write it as from is, and later; "24:00" is "00:00" of the next day',
  ),
  stage(
    'a time that is a number',
    `freeze: [{ ${NIGHT}, from: 22, to: "06:00" }]`,
    ':3:111 | stages.0.freeze.0.from: expected a time, such as "22:00" or 2026-12-24T18:00, found a number | put it in quotes',
  ),
  stage(
    'a day of the year that does not exist',
    `freeze: [{ ${NIGHT}, from: 2026-02-29T00:00, to: 2026-03-01T00:00 }]`,
    ':3:111 | stages.0.freeze.0.from: it is neither HH:MM nor YYYY-MM-DDTHH:MM | write "HH:MM" for every day',
  ),
  stage(
    'an empty window',
    `freeze: [{ ${NIGHT}, from: 2026-12-24T18:00, to: 2026-12-24T18:00 }]`,
    ':3:133 | stages.0.freeze.0.to: it is not later than "from" | write it as from is, and later',
  ),
  stage(
    'days of what comes once',
    `freeze: [{ ${NIGHT}, days: [ sat ], from: 2026-12-24T18:00, to: 2026-12-25T18:00 }]`,
    ':3:105 | stages.0.freeze.0.days: a window that comes once has no days',
  ),
  stage(
    'a window without its times',
    `freeze: [{ ${NIGHT} }]`,
    ':3:65 | stages.0.freeze.0.from: expected a time',
    ':3:65 | stages.0.freeze.0.to: expected a time',
  ),
  stage(
    'a freeze without an end',
    `freeze: [{ ${NIGHT}, from: "18:00", to: "06:00" }, { name: day, timeZone: Europe/Berlin, from: "06:00", to: "18:00" }]`,
    ':3:56 | stages.0.freeze: qa is frozen for the whole year to come, and nothing can be released in it | leave some time',
  ),
  {
    what: 'everything at once, from the top to the bottom',
    yaml: `name: shop
stak: shop
services: []
stages:
  - environments: [dev]
    canary: true
  - name: prod
    from: later
    environments: [dev, prod]
    freeze:
      - { name: "", timeZone: Berlin, days: [], from: noon, to: "06:00" }
  - name: prod
    environments: later
`,
    problems: [
      ':1:1 | stack: expected the name of a stack, found nothing',
      ':2:1 | there is no key "stak" here | did you mean stack?',
      ':3:1 | services: it is empty',
      ':5:5 | stages.0.name: expected the name of a stage, found nothing',
      ':5:5 | stages.0.from: the first stage must say whose images it releases',
      ':6:5 | stages.0.canary: there is only one environment',
      ':8:11 | stages.1.from: "later" is released to only later, in stages.2',
      ':9:20 | stages.1.environments: "dev" is in stages.0 too',
      ':11:17 | stages.1.freeze.0.name: expected words for people, found an empty text',
      ':11:31 | stages.1.freeze.0.timeZone: "Berlin" is no time zone that is known here',
      ':11:39 | stages.1.freeze.0.days: it is empty',
      ':12:11 | stages: "prod" is named twice',
    ],
  },
];
