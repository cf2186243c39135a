# A Debian droplet in Ubuntu's clothes, for the branches that ask for Ubuntu where no registry has the real image.
ARG BASE
FROM ${BASE}
ARG VERSION
COPY dress-ubuntu.sh /root/dress-ubuntu.sh
RUN sh /root/dress-ubuntu.sh ${VERSION} && rm /root/dress-ubuntu.sh
