{{- define "nephoscope.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "nephoscope.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "nephoscope.labels" -}}
{{ include "nephoscope.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "nephoscope.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "nephoscope.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "nephoscope.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- define "nephoscope.rulesConfigMap" -}}
{{ .Values.existingRulesConfigMap | default (printf "%s-rules" (include "nephoscope.fullname" .)) }}
{{- end -}}

{{- define "nephoscope.claim" -}}
{{ .Values.persistence.existingClaim | default (printf "%s-data" (include "nephoscope.fullname" .)) }}
{{- end -}}

{{/* agent.yaml: what the user wrote, and what belongs to the chart. Probes may reach the pod itself unless told otherwise. */}}
{{- define "nephoscope.config" -}}
{{- $own := dict "apiVersion" "agent/v1" "data_dir" "/var/lib/nephoscope" "listen" (printf "0.0.0.0:%d" (int .Values.service.port)) "rules" (list "/etc/nephoscope/rules") -}}
{{- $probes := dict "probes" (dict "allow" (list "127.0.0.0/8")) -}}
{{- mergeOverwrite $probes (deepCopy .Values.config) $own | toYaml -}}
{{- end -}}

{{/* Every container of the pod: no root, no privileges, no writable root. */}}
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

{{/* Both modes differ in how the container is listed, not in what it is. A sidecar has no readiness probe: it must not take the
application beside it out of service because Kafka is away. */}}
{{- define "nephoscope.container" -}}
name: nephoscope
image: {{ include "nephoscope.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- if eq .Values.mode "sidecar" }}
restartPolicy: Always
{{- end }}
args: [run, --config, /etc/nephoscope/agent.yaml]
{{- with .Values.env }}
env: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.envFrom }}
envFrom: {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - name: metrics
    containerPort: {{ .Values.service.port }}
startupProbe:
  httpGet: {path: /-/healthy, port: metrics}
  periodSeconds: 1
  failureThreshold: 30
livenessProbe:
  httpGet: {path: /-/healthy, port: metrics}
  periodSeconds: 10
{{- if eq .Values.mode "deployment" }}
readinessProbe:
  httpGet: {path: /-/ready, port: metrics}
  periodSeconds: 5
{{- end }}
resources: {{- toYaml .Values.resources | nindent 2 }}
securityContext: {{- include "nephoscope.containerSecurity" . | nindent 2 }}
volumeMounts:
  - name: config
    mountPath: /etc/nephoscope/agent.yaml
    subPath: agent.yaml
    readOnly: true
  - name: rules
    mountPath: /etc/nephoscope/rules
    readOnly: true
  - name: data
    mountPath: /var/lib/nephoscope
{{- with .Values.extraVolumeMounts }}
{{ toYaml . | indent 2 }}
{{- end }}
{{- end -}}
