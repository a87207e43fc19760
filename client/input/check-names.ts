import type { Problem } from '../errors/invalid-input-error';
import { REQUEST_ID_LIMIT, REQUEST_ID_PATTERN } from './request-id';
import { looksLikeASecret } from './looks-like-a-secret';
import { shown } from './shown';

/** As `drover.yaml` allows it: inner spaces too. */
const ALIAS = /^[A-Za-z0-9](?:[A-Za-z0-9._ -]*[A-Za-z0-9._-])?$/;
const NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/;
const NAME_LIMIT = 64;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_.-]{0,254}$/;
const REFERENCE = /^[A-Za-z0-9._-]{1,255}$/;
const LABEL_KEY = /^[^\s=\p{Cc}]{1,255}$/u;

/** Problems with a name of an environment, a stack, a service or a sidekick. */
export function nameProblems(what: string, where: string, name: string): Problem[] {
  if (name === '') {
    return [{ where, text: `the name of the ${what} is empty`, fix: `name the ${what}` }];
  }
  if (name.length > NAME_LIMIT) {
    const text = `the name of the ${what} has ${String(name.length)} characters; at most ${String(NAME_LIMIT)} are possible`;
    return [{ where, text, fix: `write the name of the ${what} as Rancher has it` }];
  }
  if (!(what === 'environment' ? ALIAS : NAME).test(name)) {
    const text = `${shown(name)} cannot be the name of ${what === 'environment' ? 'an' : 'a'} ${what}`;
    const fix =
      what === 'environment'
        ? 'write the alias that drover.yaml gives the environment: letters, digits, ".", "_" and "-"'
        : `write the ${what} as Rancher spells it: letters, digits, ".", "_" and "-"`;
    return [{ where, text, fix }];
  }
  return [];
}

/** Problems with variables: they travel by reference, a value in clear is refused and never repeated. */
export function variableProblems(variables: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(variables).flatMap(([key, reference]) => {
    if (!VARIABLE.test(key)) {
      const text = `${shown(key)} cannot be the name of an environment variable`;
      return [{ where: '--variable', text, fix: 'write --variable NAME=REFERENCE' }];
    }
    if (REFERENCE.test(reference) && !looksLikeASecret(reference)) return [];
    return [
      {
        where: `--variable ${key}`,
        text: 'it looks like a value, not like the name of a reference (a value in clear would stay in the history)',
        fix: `put the value where the worker finds it, name it under "variables:" in the worker's drover.yaml (say ${key.toLowerCase()}), and write --variable ${key}=${key.toLowerCase()}`,
      },
    ];
  });
}

/** Problems with labels, which travel in clear. */
export function labelProblems(labels: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const where = '--label';
    if (!LABEL_KEY.test(key)) {
      return [{ where, text: `${shown(key)} cannot be the name of a label`, fix: 'write --label KEY=VALUE' }];
    }
    if (key.startsWith('io.drover.')) {
      return [
        { where: `${where} ${key}`, text: "labels under io.drover. are Drover's own", fix: 'choose another name' },
      ];
    }
    if (key.startsWith('io.rancher.service.')) {
      return [
        {
          where: `${where} ${key}`,
          text: 'labels under io.rancher.service. are written by Rancher',
          fix: 'leave it out',
        },
      ];
    }
    if (/\p{Cc}/u.test(value)) {
      return [
        { where: `${where} ${key}`, text: 'its value has control characters in it', fix: 'write it on one line' },
      ];
    }
    if (looksLikeASecret(value)) {
      return [
        {
          where: `${where} ${key}`,
          text: 'its value looks like a secret; labels travel and are kept in clear',
          fix: 'keep secrets out of labels: give them as --variable NAME=REFERENCE',
        },
      ];
    }
    return [];
  });
}

/** Problems with a request id that a person chose. */
export function requestIdProblems(requestId: string | undefined): Problem[] {
  if (requestId === undefined) return [];
  if (REQUEST_ID_PATTERN.test(requestId) && requestId.length <= REQUEST_ID_LIMIT) return [];
  return [
    {
      where: '--request-id',
      text: `it must be 1 to ${String(REQUEST_ID_LIMIT)} letters, digits and . _ : / # @ + = -, beginning with a letter or a digit`,
      fix: 'write something that names this request and no other: --request-id release-2026-11-23/web',
    },
  ];
}
