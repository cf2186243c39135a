# A droplet as DigitalOcean hands it over: systemd, sshd with root's key, Python, and nothing of ours.
ARG BASE
FROM ${BASE}
COPY dress.sh /root/dress.sh
RUN sh /root/dress.sh && rm /root/dress.sh
STOPSIGNAL SIGRTMIN+3
CMD ["/lib/systemd/systemd"]
