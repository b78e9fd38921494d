{{/*
The library: three templates that put the agent into a Deployment of yours. With this chart as a dependency (mode: sidecar), in your template:

  spec:
    template:
      metadata:
        labels: {{- include "nephoscope.sidecar.labels" .Subcharts.nephoscope | nindent 10 }}
      spec:
        initContainers:
          - {{- include "nephoscope.sidecar.container" .Subcharts.nephoscope | nindent 12 }}
        volumes: {{- include "nephoscope.sidecar.volumes" .Subcharts.nephoscope | nindent 10 }}

Nothing of them touches another container, the pod's security context, its service account or its probes. With a private registry, add imagePullSecrets to the pod.
*/}}
{{- define "nephoscope.sidecar.container" -}}
{{- include "nephoscope.refusals" . -}}
{{ include "nephoscope.container" . }}
{{- end -}}

{{/* The label by which the PodMonitor finds the pods. */}}
{{- define "nephoscope.sidecar.labels" -}}
nephoscope/sidecar: {{ include "nephoscope.fullname" . }}
{{- end -}}

{{/* No sizeLimit: the kubelet evicts the whole pod when it is passed, and the application with it. */}}
{{- define "nephoscope.sidecar.volumes" -}}
{{ include "nephoscope.objectVolumes" . }}
- name: nephoscope-data
  emptyDir: {}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The same as a strategic merge patch, for `kubectl patch` and kustomize. A change of agent.yaml restarts the pods once the patch is applied again. */}}
{{- define "nephoscope.sidecar.patch" -}}
spec:
  template:
    metadata:
      labels: {{- include "nephoscope.sidecar.labels" . | nindent 8 }}
      annotations:
        nephoscope/config: {{ include "nephoscope.config" . | sha256sum | trunc 16 | quote }}
    spec:
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      initContainers:
        - {{- include "nephoscope.sidecar.container" . | nindent 10 }}
      volumes: {{- include "nephoscope.sidecar.volumes" . | nindent 8 }}
{{- end -}}

{{/* Takes out again what the patch put in; pull secrets stay, the application may need them. */}}
{{- define "nephoscope.sidecar.removal" -}}
spec:
  template:
    metadata:
      labels:
        nephoscope/sidecar: null
      annotations:
        nephoscope/config: null
    spec:
      initContainers:
        - name: nephoscope
          $patch: delete
      volumes:
        {{- range include "nephoscope.sidecar.volumes" . | fromYamlArray }}
        - name: {{ .name }}
          $patch: delete
        {{- end }}
{{- end -}}
