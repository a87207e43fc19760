# The worker (and the client) as an image. It has not been built by the project's own tests.
# glibc is needed: Temporal's native part is not built for musl (Alpine).
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev
# Temporal's native part comes for five platforms; one is needed.
RUN arch="$(uname -m)" && cd node_modules/@temporalio/core-bridge/releases && \
    for release in *; do [ "$release" = "$arch-unknown-linux-gnu" ] || rm -r "$release"; done

FROM node:22-bookworm-slim
# The authorities that sign the certificates of Temporal and of Rancher.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# A volume that is mounted here takes over its owner.
RUN mkdir -p /home/node/.local/state && chown -R node:node /home/node/.local && \
    ln -s /app/dist/client/cli/main.js /usr/local/bin/drover && chmod +x dist/client/cli/main.js
USER node
# Only a worker answers, and only where it is told to (DROVER_HEALTH_ADDRESS=127.0.0.1:9465): a client that runs here is as it is.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD [ -z "$DROVER_HEALTH_ADDRESS" ] || node -e 'fetch(`http://${process.env.DROVER_HEALTH_ADDRESS}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))'
ENTRYPOINT ["node", "dist/client/cli/main.js"]
CMD ["worker"]
