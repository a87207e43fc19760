/** The label by which Drover knows an upgrade as its own; its value is `<deploymentId>.<round>@<installation>`. */
export const DEPLOYMENT_LABEL = 'io.drover.deployment';
