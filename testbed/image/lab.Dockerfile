# The second machine of the tests: looks at a droplet from outside, and tries to get in.
ARG BASE
FROM ${BASE}
RUN apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
    nmap sshpass openssh-client faketime && apt-get clean
