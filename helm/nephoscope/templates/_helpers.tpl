{{- define "nephoscope.name" -}}
{{- .Values.nameOverride | default "nephoscope" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "nephoscope.fullname" -}}
{{- $name := include "nephoscope.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The name of something beside the main thing: (dict "root" . "suffix" SUFFIX). A claim keeps its name over upgrades, so nothing is cut. */}}
{{- define "nephoscope.named" -}}
{{- printf "%s-%s" (include "nephoscope.fullname" .root) .suffix -}}
{{- end -}}

{{- define "nephoscope.selector" -}}
app.kubernetes.io/name: {{ include "nephoscope.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "nephoscope.labels" -}}
{{ include "nephoscope.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* metadata of every object: (dict "root" . "name" NAME "labels" MORE "annotations" MORE) */}}
{{- define "nephoscope.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels: {{- mergeOverwrite (include "nephoscope.labels" .root | fromYaml) (deepCopy (.labels | default dict)) | toYaml | nindent 2 }}
{{- with merge (deepCopy (.annotations | default dict)) .root.Values.commonAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
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
{{ .Values.existingRulesConfigMap | default (include "nephoscope.named" (dict "root" . "suffix" "rules")) }}
{{- end -}}

{{- define "nephoscope.configMap" -}}
{{ include "nephoscope.named" (dict "root" . "suffix" "config") }}
{{- end -}}

{{- define "nephoscope.claim" -}}
{{ .Values.persistence.existingClaim | default (include "nephoscope.named" (dict "root" . "suffix" "data")) }}
{{- end -}}

{{- define "nephoscope.port" -}}
{{ eq .Values.mode "sidecar" | ternary .Values.sidecar.port .Values.service.port | int }}
{{- end -}}

{{/* The port's name. In a pod of somebody else `metrics` may be taken, and his Service would then find ours. */}}
{{- define "nephoscope.portName" -}}
{{ eq .Values.mode "sidecar" | ternary "nephoscope" "metrics" }}
{{- end -}}

{{/* agent.yaml: the user's keys and those that belong to the chart. Health checks may reach their own pod: there is the application of a sidecar. */}}
{{- define "nephoscope.config" -}}
{{- $host := eq .Values.http.access "pod" | ternary "127.0.0.1" "" -}}
{{- $own := dict "apiVersion" "agent/v1" "data_dir" "/var/lib/nephoscope" "rules" (list "/etc/nephoscope/rules") -}}
{{- $_ := set $own "listen" (printf "%s:%s" $host (include "nephoscope.port" .)) -}}
{{- if .Values.http.tokenSecret.name -}}
{{- $_ := set $own "admin" (dict "token_file" "/etc/nephoscope/token/token") -}}
{{- end -}}
{{- $defaults := dict "probes" (dict "allow" (list "127.0.0.0/8" "::1/128")) -}}
{{- mergeOverwrite $defaults (deepCopy .Values.config) $own | toYaml -}}
{{- end -}}
