// Does with the template what GoCD's pages do, and then what a user would; the page ends with a report of what is to be
// seen and saved. "task" comes from the test: the template, the properties' keys and values, their errors, what the
// user enters, and the naming:
//   scope  GoCD 20.5 and newer (angular_plugin_new.js.msx): GOINPUTNAME is an object of the scope
//   form   before that (task_plugin_view.js): GOINPUTNAME[key] is the field of a form, by its name
'use strict';
const failures = [];
window.addEventListener('error', event => failures.push(event.message));
const view = document.getElementById('plugin-view');
const form = document.forms[0];
const saved = {};
const field = key => view.querySelector(`[ng-model="${key}"]`);

let html = task.template;
if (task.naming === 'scope') {
  html = html.replace(/GOINPUTNAME\[([^\]]*)\]/g, (match, key) => `GOINPUTNAME['${key}']`);
}
view.innerHTML = html;
if (task.naming === 'form') {
  for (const input of view.querySelectorAll('[ng-model]')) {
    input.setAttribute('name', `task[${input.getAttribute('ng-model')}]`);
    input.setAttribute('servererror', '');
  }
  view.innerHTML = view.innerHTML.replace(
    /GOINPUTNAME\[(\w+)\]/g, (match, key) => `${form.getAttribute('name')}['task[${key}]']`);
}

angular.module('app', []).controller('task', ['$scope', scope => {
  scope.GOINPUTNAME = {};
  for (const key of task.keys) {
    scope[key] = task.values[key];
    scope.$watch(key, value => { saved[key] = value; });
    if (task.errors[key]) {
      scope.GOINPUTNAME[key] = {$error: {server: task.errors[key]}};
    }
  }
}]).directive('servererror', () => ({
  require: '?ngModel',
  link(scope, element, attributes, model) {
    const error = task.errors[attributes.ngModel];
    if (error) {
      model.$setValidity('server', false);
      model.$error.server = error;
    }
  },
})).factory('$exceptionHandler', () => exception => failures.push(String(exception)));
angular.bootstrap(form, ['app']);

for (const [key, value] of Object.entries(task.entered)) {
  if (field(key).type === 'checkbox') {
    field(key).click();
  } else {
    field(key).value = value;
    field(key).dispatchEvent(new Event('input'));
    field(key).dispatchEvent(new Event('change'));
  }
}

const report = {
  failures,
  saved,
  fields: {},
  unresolved: view.innerText.includes('{{'),
  folded: !view.querySelector('details').open,
};
for (const key of task.keys) {
  const block = field(key).closest('.form_item_block');
  const error = block.querySelector('.form_error');
  report.fields[key] = {
    shows: field(key).type === 'checkbox' ? field(key).checked : field(key).value,
    font: getComputedStyle(field(key)).fontFamily,
    help: block.querySelector('.help-text').textContent,
    error: error.getClientRects().length > 0 ? error.textContent : '',
    marked: field(key).closest('label').classList.contains('is-invalid-label'),
  };
}
report.posted = Object.fromEntries(new FormData(form));
document.getElementById('report').textContent = JSON.stringify(report);
