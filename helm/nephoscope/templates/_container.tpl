{{/* No root, no privileges, no writable root. For containers of ours only. */}}
{{- define "nephoscope.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "nephoscope.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "nephoscope.environment" -}}
{{- with .Values.extraEnv }}
env: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or .Values.existingSecret .Values.extraEnvFrom }}
envFrom:
  {{- with .Values.existingSecret }}
  - secretRef:
      name: {{ . }}
  {{- end }}
  {{- with .Values.extraEnvFrom }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* `check` of the configuration and the rules, as the agent will see them: (dict "root" . "mounts" MOUNTS) */}}
{{- define "nephoscope.checkContainer" -}}
name: check
image: {{ include "nephoscope.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: [check, /etc/nephoscope/config/agent.yaml, /etc/nephoscope/rules]
{{- include "nephoscope.environment" .root }}
resources:
  requests: {cpu: 10m, memory: 64Mi}
  limits: {memory: 64Mi}
securityContext: {{- include "nephoscope.containerSecurity" .root | nindent 2 }}
volumeMounts: {{- toYaml .mounts | nindent 2 }}
{{- end -}}

{{/* Mounts that `run` and `check` both need, as YAML of a list. */}}
{{- define "nephoscope.mounts" -}}
- name: nephoscope-config
  mountPath: /etc/nephoscope/config
  readOnly: true
- name: nephoscope-rules
  mountPath: /etc/nephoscope/rules
  readOnly: true
{{- if .Values.http.tokenSecret.name }}
- name: nephoscope-token
  mountPath: /etc/nephoscope/token
  readOnly: true
{{- end }}
{{- end -}}

{{/* Volumes whose content comes from objects, as YAML of a list. `data` is added by the caller. */}}
{{- define "nephoscope.objectVolumes" -}}
- name: nephoscope-config
  configMap:
    name: {{ include "nephoscope.configMap" . }}
- name: nephoscope-rules
  configMap:
    name: {{ include "nephoscope.rulesConfigMap" . }}
{{- if .Values.http.tokenSecret.name }}
- name: nephoscope-token
  secret:
    secretName: {{ .Values.http.tokenSecret.name }}
    items:
      - key: {{ .Values.http.tokenSecret.key }}
        path: token
{{- end }}
{{- end -}}

{{/* The kubelet asks at the pod's address, so there are probes only where the agent listens on it. A sidecar has no startup and no
readiness probe: neither a slow disk nor a broker that is away may hold up the application or take it out of service. */}}
{{- define "nephoscope.probes" -}}
{{- if eq .Values.http.access "cluster" }}
livenessProbe:
  httpGet:
    path: /-/healthy
    port: {{ include "nephoscope.portName" . }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- if eq .Values.mode "deployment" }}
startupProbe:
  httpGet:
    path: /-/healthy
    port: {{ include "nephoscope.portName" . }}
  periodSeconds: 1
  failureThreshold: 60
readinessProbe:
  httpGet:
    path: /-/ready
    port: {{ include "nephoscope.portName" . }}
  periodSeconds: 5
{{- end }}
{{- end }}
{{- end -}}

{{/* Both modes differ in how the container is listed, not in what it is. */}}
{{- define "nephoscope.container" -}}
{{- $sidecar := eq .Values.mode "sidecar" -}}
name: nephoscope
image: {{ include "nephoscope.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- if $sidecar }}
restartPolicy: Always
{{- end }}
args:
  - run
  - --config
  - /etc/nephoscope/config/agent.yaml
  {{- if $sidecar }}
  - --degraded-start
  {{- end }}
  {{- with .Values.extraArgs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- include "nephoscope.environment" . }}
{{- if eq .Values.http.access "cluster" }}
ports:
  - name: {{ include "nephoscope.portName" . }}
    containerPort: {{ include "nephoscope.port" . }}
    protocol: TCP
{{- end }}
{{- include "nephoscope.probes" . }}
resources: {{- $sidecar | ternary .Values.sidecar.resources .Values.resources | toYaml | nindent 2 }}
securityContext: {{- include "nephoscope.containerSecurity" . | nindent 2 }}
volumeMounts:
  {{- include "nephoscope.mounts" . | nindent 2 }}
  - name: nephoscope-data
    mountPath: /var/lib/nephoscope
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
