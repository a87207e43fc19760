# The worker, the client and the simulator as an image. The project's tests run its steps natively; Docker itself was not at hand.
#
#   docker build --tag drover .
#
# A build that is the same tomorrow names the base by its digest:
#   docker build --build-arg NODE_IMAGE=node:22-bookworm-slim@sha256:… --tag drover .
# What is in it, as an SBOM beside the image (BuildKit): docker buildx build --sbom=true --provenance=true …

# glibc is needed: Temporal's native part is not built for musl (Alpine).
ARG NODE_IMAGE=node:22-bookworm-slim

# The packages that run. They come anew only when the lock file changes.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
# Temporal's native part comes for five platforms; one is needed.
RUN arch="$(uname -m)" && cd node_modules/@temporalio/core-bridge/releases && \
    test -d "$arch-unknown-linux-gnu" && \
    for release in *; do [ "$release" = "$arch-unknown-linux-gnu" ] || rm -r "$release"; done
# Types and source maps of packages are for those who develop.
RUN find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM ${NODE_IMAGE}
ARG VERSION=local
ARG REVISION=unknown
ARG NODE_IMAGE
LABEL org.opencontainers.image.title="drover" \
      org.opencontainers.image.description="Durable deployments for Rancher 1.6, on Temporal" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/${NODE_IMAGE}"
# The authorities that sign the certificates of Temporal and of Rancher.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json LICENSE ./
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The command on PATH; and the folder that a worker keeps its digest secret in where it is given none: a volume takes over its owner.
RUN chmod 755 dist/client/cli/main.js && ln -s /app/dist/client/cli/main.js /usr/local/bin/drover && \
    install -d -o 1000 -g 1000 /home/node/.local /home/node/.local/state
# "node" of the base image, as numbers: Kubernetes' runAsNonRoot cannot look a name up.
USER 1000:1000
# Only a worker answers, and only where it is told to (DROVER_HEALTH_ADDRESS=127.0.0.1:9465): a client that runs here is as it is.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD [ -z "$DROVER_HEALTH_ADDRESS" ] || node -e 'fetch(`http://${process.env.DROVER_HEALTH_ADDRESS}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))'
ENTRYPOINT ["node", "dist/client/cli/main.js"]
CMD ["worker"]
