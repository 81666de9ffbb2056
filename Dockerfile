# The program in a container: no shell, no user of anybody, and nothing written but in /data.
#
#   npm ci && npm run build
#   docker build --tag deepgram-export --file Dockerfile dist
#   docker run --rm --read-only --cap-drop ALL --user "$(id -u)" --volume "$PWD:/data" deepgram-export check --env-file keys.env
#
# with deepgram-export.yaml and keys.env in the folder that it is run in. Without a command it is `sync`.
ARG BASE=gcr.io/distroless/nodejs24-debian12:nonroot
FROM ${BASE}
COPY bundle /app
# Numbers, so that Kubernetes can see that it is not root.
USER 65532:65532
WORKDIR /data
ENTRYPOINT ["/nodejs/bin/node", "/app/cli.js"]
CMD ["sync"]
