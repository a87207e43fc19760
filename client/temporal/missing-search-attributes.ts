import { InvalidInputError } from '../errors/invalid-input-error';

/** The namespace does not know Drover's search attributes yet. */
export function missingSearchAttributes(namespace: string, details: string): InvalidInputError {
  return new InvalidInputError([
    {
      where: `the namespace ${namespace} of Temporal`,
      text: `Drover's search attributes are not registered there (${details}); nothing was started`,
      fix: `Run "drover setup --namespace ${namespace}" with credentials that may register them (a worker that starts does it too); then try again.`,
    },
  ]);
}
