// The page of synfire report: what it says and draws, and that it can be used with mouse, touch and keyboard,
// on a narrow screen and in the dark.
#include <cmath>
#include <gmock/gmock.h>

#include <gtest/gtest.h>

#include "report/page.hpp"
#include "tests/unit/report/browser.hpp"

namespace synfire {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

constexpr int steps = 20, rows = 12;

Json layer(const std::string& name, int both, int either, double local) {
    std::vector<double> edges;
    for (int k = 0; k <= 48; ++k) edges.push_back(std::exp2(k / 2.0 - 20));
    std::vector<int> cells(48), differ(48);
    cells[20] = 50;
    cells[38] = 150;
    differ[20] = 2;
    const Json activity = {{"spikes", both}, {"rate", 0.2}, {"sparsity", 0.8}, {"silent_neurons", 1}};
    return {
        {"name", name},
        {"neurons", rows},
        {"spiking", true},
        {"propagated", static_cast<double>(both) / either},
        {"local", local},
        {"both", both},
        {"either", either},
        {"margins",
         {{"edges", edges}, {"cells", cells}, {"propagated", differ}, {"local", differ}, {"tipped", differ}}},
        {"reference", activity},
        {"emulator", activity}};
}

Json traffic(int operations) {
    return {{"events", 10}, {"operations", operations}, {"zero_weight_operations", 3}};
}

Json evaluation(bool same) {
    Json result = {
        {"samples", 4},
        {"steps", steps},
        {"layers", {layer("hidden<b>", same ? 200 : 180, 200, same ? 1 : 0.9), layer("out", 30, 30, 1)}},
        {"connections",
         {{{"name", "w"},
           {"source", "x"},
           {"target", "hidden<b>"},
           {"values", 80},
           {"reference", traffic(120)},
           {"emulator", traffic(117)}}}},
        {"operations", {{"reference", traffic(120)}, {"emulator", traffic(117)}}},
        {"accuracy",
         {{"readout", "count"},
          {"same_answer", same ? 1.0 : 0.75},
          {"ties", {{"reference", 0}, {"emulator", 1}}},
          {"silent", {{"reference", 0}, {"emulator", 0}}},
          {"samples", 4},
          {"reference", 1.0},
          {"emulator", 0.75},
          {"lost", 1},
          {"won", 0},
          {"classes", {{{"class", 0}, {"samples", 4}, {"reference", 1.0}, {"emulator", 0.75}}}}}}};
    if (!same)
        result["first_divergence"] = {{"sample", 2},           {"step", 5},
                                      {"layer", "hidden<b>"},  {"neuron", 3},
                                      {"reference_spikes", 1}, {"emulator_spikes", 0},
                                      {"reference_v", 1.001},  {"emulator_v", 0.999},
                                      {"margin", 0.001}};
    return result;
}

Json trace(const std::string& name) {
    const Json run = {{"v", std::vector<double>(steps, 0.5)}, {"spikes", {5}}};
    return {
        {"layer", name},
        {"neuron", 3},
        {"step", 5},
        {"first", 0},
        {"threshold", 1.0},
        {"own", true},
        {"reference", run},
        {"emulator", run},
        {"local", run},
        {"bound", {{"low", std::vector<double>(steps, 0.49)}, {"high", std::vector<double>(steps, 0.51)}}}};
}

Json difference(int step) {
    return {{"step", step},        {"layer", "hidden<b>"}, {"neuron", 3},
            {"reference", 1},      {"emulator", 0},        {"reference_v", 1.001},
            {"emulator_v", 0.999}, {"margin", 0.001},      {"own", step == 5}};
}

Json attribution() {
    const auto agree = [](double local) { return Json{{"propagated", local}, {"local", local}}; };
    const Json sources = {{"none", agree(1)},
                          {"all", agree(0.9)},
                          {"sources",
                           {{{"source", "weights"}, {"alone", agree(0.92)}, {"without", agree(0.99)}},
                            {{"source", "decay"}, {"alone", agree(0.98)}, {"without", agree(0.91)}}}}};
    Json layer = {{"name", "hidden<b>"}};
    layer.update(sources);
    return {{"layers", {layer}}, {"all_layers", sources}};
}

Json range(const std::string& name, const std::string& verdict) {
    return {{"population", name},
            {"v", {-100, 200}},
            {"verdict", verdict},
            {"silent_neurons", 1},
            {"lanes", {{"sums_fit_16", false}, {"events_per_flush", 12}, {"state_fits_16", true}}},
            {"worst_input",
             {{"neuron", 4},
              {"register", "membrane"},
              {"value", 300},
              {"limit", 127},
              {"step", 2},
              {"overflows", true}}}};
}

Json sample(int index) {
    return {{"index", index},
            {"label", 7},
            {"answer", {{"reference", 7}, {"emulator", index}}},
            {"steps", steps},
            {"first_step", 0},
            {"last_step", steps},
            {"rasters",
             {{{"name", "x"}, {"neurons", 4}, {"input", true}, {"both", {0, 5, 9}}},
              {{"name", "hidden<b>"},
               {"neurons", rows},
               {"both", {1, 2, 100}},
               {"reference", {5 * rows + 3, 9 * rows + 3}},
               {"emulator", {6 * rows + 3}}}}},
            {"traces", {trace("hidden<b>"), trace("out")}},
            {"spread",
             {{"because_of_it", {{{"name", "hidden<b>"}, {"spikes", 2}, {"neurons", 1}, {"first_step", 5}}}},
              {"in_sample", {{{"name", "hidden<b>"}, {"spikes", 3}, {"neurons", 1}, {"first_step", 5}}}}}},
            {"differences_total", 2},
            {"differences", {difference(5), difference(9)}},
            {"left_out", {"rasters show steps 0 to 19 of 99"}}};
}

Json comparison(bool same = false) {
    return {
        {"model", "m.json"},
        {"profile", "mcu"},
        {"evaluation", evaluation(same)},
        {"samples", {sample(2), sample(3)}},
        {"detail",
         {{"samples", 2},
          {"attribution", attribution()},
          {"certificate",
           {{{"name", "hidden<b>"},
             {"spiking", true},
             {"largest_bound", nullptr},
             {"spikes", 100},
             {"certified_spikes", 97},
             {"unconditional_spikes", 50}}}}}},
        {"ranges",
         {range("hidden<b>", "proven for every input"), range("out", "can overflow: neuron 4, membrane")}},
        {"memory",
         {{"layers",
           {{{"name", "hidden<b>"},
             {"weights", 48},
             {"weight_bits", 8},
             {"weight_bytes", 48},
             {"parameter_bytes", 0},
             {"state_bytes", 48}}}}}},
        {"tune",
         {{"front",
           {{{"label", "8 bit"}, {"flash", 1000}, {"agreement", 0.9}, {"chosen", true}},
            {{"label", "16 bit"}, {"flash", 2000}, {"agreement", 0.99}, {"chosen", false}}}},
          {"candidates", {{{"label", "bad"}, {"flash", 1500}, {"agreement", 0.8}, {"chosen", false}}}}}},
        {"ledger",
         {{"total", 100},
          {"summary",
           {{{"node", "w"}, {"parameter", "weight"}, {"count", 100}, {"largest", 0.01}, {"rms", 0.001}}}},
          {"rows",
           {{"w", "weight", 7, 0.5, 64, 0.501, 0.002}, {"hidden<b>", "beta", 0, 0.9, 410, 0.9, 0}}}}}};
}

// The page with a script behind its own that uses it and writes down what it finds: lines "name=value".
std::string probed(const std::string& script) {
    std::string page = report_page("Is it the same?", comparison());
    const std::string probe =
        "<pre id='probe'></pre><script>"
        "const say = (name, value) => document.getElementById('probe').textContent += name + '=' + value + "
        "';';"
        "const canvas = () => document.querySelectorAll('canvas')[1];"
        "const key = (element, name) => element.dispatchEvent(new KeyboardEvent('keydown', {key: name, "
        "cancelable: true}));"
        "const pointer = (type, x, id) => { const b = canvas().getBoundingClientRect(); "
        "canvas().dispatchEvent(new PointerEvent(type,"
        "  {pointerId: id, clientX: b.left + x, clientY: b.top + 30, button: 0, buttons: 1})); };"
        "const span = () => canvas().dataset.steps.split(' ').map(Number);" +
        script + "</script>";
    page.insert(page.rfind("</body>"), probe);
    return page;
}

class Comparison : public testing::Test {
  protected:
    void SetUp() override {
        if (!has_browser()) GTEST_SKIP() << "chromium is not installed";
    }
};

TEST(ComparisonPage, StandsAloneAndEscapesNames) {
    const std::string page = report_page("t", comparison());
    EXPECT_THAT(page, Not(HasSubstr("hidden<b>")));
    EXPECT_THAT(page, Not(HasSubstr("src=")));
    EXPECT_EQ(page, report_page("t", comparison()));
    Json broken = comparison();
    broken["model"] = "\xff";  // a name that is not UTF-8
    EXPECT_THAT(report_page("t", broken), HasSubstr("</html>"));
}

TEST_F(Comparison, SaysWhetherAndWhereItDiffers) {
    const std::string dom = rendered(report_page("t", comparison()));
    EXPECT_THAT(dom, Not(HasSubstr(":CONSOLE")));
    EXPECT_THAT(dom, HasSubstr("No: 1 of 4 answers changes."));
    EXPECT_THAT(dom, HasSubstr("Least agreement: hidden&lt;b&gt;, 90.00 %"));
    EXPECT_THAT(dom, HasSubstr("First difference: sample 2, step 5, layer hidden&lt;b&gt;, neuron 3."));
    EXPECT_THAT(dom, HasSubstr("<span>100 % → </span><span>75.00 %</span>"));
    EXPECT_THAT(dom, HasSubstr("Most of the errors of hidden&lt;b&gt; come from rounding of weights"));
    EXPECT_THAT(dom, HasSubstr("with all it brings about: 2 spikes of 1 neuron in hidden&lt;b&gt;."));
    EXPECT_THAT(dom, HasSubstr("✗ can overflow: neuron 4, membrane"));
    EXPECT_THAT(dom, HasSubstr("97.00 %"));          // certified
    EXPECT_THAT(dom, HasSubstr("<td>–</td></tr>"));  // a bound that is infinite
    EXPECT_THAT(dom, HasSubstr("Left out: rasters show steps 0 to 19 of 99."));
    for (const char* title :
         {"Agreement by layer", "Answers", "Spikes", "Where the runs part", "Distance from the threshold",
          "Activity and operations", "Memory", "Trade-offs", "Ledger"})
        EXPECT_THAT(dom, HasSubstr(std::string("<h2>") + title)) << title;
    EXPECT_EQ(count(dom, "<canvas"), 2U);
    Json silent = comparison(true);
    for (Json& l : silent["evaluation"]["layers"]) l["both"] = l["either"] = 0;
    EXPECT_THAT(rendered(report_page("t", silent)), HasSubstr("there is nothing to compare."));
    const std::string same = rendered(report_page("t", comparison(true)));
    EXPECT_THAT(same, HasSubstr("Yes: every spike is the same."));
    EXPECT_THAT(same, Not(HasSubstr(":CONSOLE")));
}

TEST_F(Comparison, ZoomsAndPansByMouseTouchAndKeyboard) {
    const std::string dom = rendered(probed(
        "say('all', span()); canvas().focus(); say('focus', document.activeElement === canvas());"
        "key(canvas(), '+'); const zoomed = span(); say('key-in', zoomed[1] - zoomed[0] < 20);"
        "key(canvas(), 'ArrowRight'); say('key-pan', span()[0] > zoomed[0]); key(canvas(), '0'); "
        "say('key-all', span());"
        "canvas().dispatchEvent(new WheelEvent('wheel', {deltaY: -200, ctrlKey: true, cancelable: true, "
        "clientX: 300}));"
        "say('wheel', span()[1] - span()[0] < 20); const before = span()[0];"
        "pointer('pointerdown', 200, 1); pointer('pointermove', 150, 1); pointer('pointerup', 150, 1);"
        "say('drag', span()[0] > before); key(canvas(), '0');"
        "pointer('pointerdown', 200, 1); pointer('pointerdown', 300, 2); pointer('pointermove', 100, 1);"
        "pointer('pointermove', 500, 2); pointer('pointerup', 100, 1); pointer('pointerup', 500, 2);"
        "say('pinch', span()[1] - span()[0] < 12); key(canvas(), '0');"
        "document.querySelector('button[aria-label=\"zoom in\"]').click(); say('button', span()[1] - "
        "span()[0] < 20);"
        "document.querySelector('button[aria-label=\"show all\"]').click(); say('reset', span());"
        "canvas().blur(); const still = new WheelEvent('wheel', {deltaY: -200, cancelable: true});"
        "canvas().dispatchEvent(still); say('scrolls', !still.defaultPrevented && span()[1] === 20);"));
    EXPECT_THAT(dom, Not(HasSubstr(":CONSOLE")));
    for (const char* found :
         {"all=0,20;", "focus=true;", "key-in=true;", "key-pan=true;", "key-all=0,20;", "wheel=true;",
          "drag=true;", "pinch=true;", "button=true;", "reset=0,20;", "scrolls=true;"})
        EXPECT_THAT(dom, HasSubstr(found));
}

TEST_F(Comparison, GoesFromDifferenceToDifferenceAndHidesKinds) {
    const std::string dom = rendered(probed(
        "say('drawn', canvas().dataset.drawn); const box = document.querySelector('[data-kind=reference]');"
        "box.click(); say('hidden', canvas().dataset.drawn); box.click(); say('back', "
        "canvas().dataset.drawn);"
        "const status = () => document.querySelector('.status').textContent;"
        "key(canvas(), 'n'); say('first', status()); key(canvas(), 'n'); say('second', status());"
        "key(canvas(), 'p'); say('again', status());"));
    EXPECT_THAT(dom, HasSubstr("drawn=3 2 1;hidden=3 0 1;back=3 2 1;"));
    EXPECT_THAT(dom, HasSubstr("first=Difference 1 of 2: step 5, hidden&lt;b&gt;, neuron 3: reference only, "
                               "the layer's own rounding;"));
    EXPECT_THAT(dom, HasSubstr("second=Difference 2 of 2: step 9"));
    EXPECT_THAT(dom, HasSubstr("again=Difference 1 of 2"));
}

TEST_F(Comparison, ShowsOneSampleAfterTheOther) {
    const std::string dom =
        rendered(probed("const box = document.querySelector('#spikes select'), texts = "
                        "Array.from(box.options).map(o => o.textContent);"
                        "say('choice', texts.join('|')); canvas().focus(); key(canvas(), 'n');"
                        "box.selectedIndex = 1; box.dispatchEvent(new Event('change'));"
                        "say('canvases', document.querySelectorAll('canvas').length); say('fresh', span());"
                        "say('plots', document.querySelectorAll('.plot').length);"));
    EXPECT_THAT(dom, Not(HasSubstr(":CONSOLE")));
    EXPECT_THAT(dom, HasSubstr("choice=sample 2, class 7, reference answers 7, integers 2, first difference|"
                               "sample 3, class 7, reference answers 7, integers 3;"));
    EXPECT_THAT(dom, HasSubstr("canvases=2;fresh=0,20;plots=1;"));
}

TEST_F(Comparison, ChartsFollowTheirControls) {
    const std::string dom = rendered(probed(
        "const choose = (section, k) => { const s = document.querySelector('#' + section + ' select'); "
        "s.selectedIndex = k;"
        "  s.dispatchEvent(new Event('change')); };"
        "choose('where-the-runs-part', 1); say('trace', document.querySelector('#where-the-runs-part "
        "option:checked').textContent);"
        "const plot = document.querySelector('.plot'); const wide = plot.dataset.steps; key(plot, '+');"
        "say('trace-zoom', wide !== plot.dataset.steps);"
        "choose('distance-from-the-threshold', 1); say('layer', "
        "document.querySelector('#distance-from-the-threshold svg').getAttribute('aria-label'));"
        "const search = document.querySelector('input[type=search]'); search.value = 'beta'; "
        "search.dispatchEvent(new Event('input'));"
        "say('rows', document.querySelectorAll('#ledger details tbody tr:not([style*=none])').length);"
        "say('chosen', document.querySelectorAll('#trade-offs path.chosen').length + ' ' + "
        "document.querySelectorAll('#trade-offs path.on-front').length"
        "  + ' ' + document.querySelectorAll('#trade-offs path.off-front').length);"));
    EXPECT_THAT(dom, Not(HasSubstr(":CONSOLE")));
    EXPECT_THAT(dom, HasSubstr("trace=out, neuron 3, step 5;trace-zoom=true;"));
    EXPECT_THAT(dom, HasSubstr("layer=distance from the threshold in out;"));
    EXPECT_THAT(dom, HasSubstr("rows=1;chosen=1 1 1;"));
}

// Every control has a name, can be reached by Tab, and shows its focus.
TEST_F(Comparison, IsAccessibleByKeyboard) {
    const std::string dom = rendered(probed(
        "const controls = Array.from(document.querySelectorAll('button, select, input, canvas, summary, "
        ".scroll, .plot'));"
        "const name = e => e.getAttribute('aria-label') || e.closest('label')?.textContent || e.textContent;"
        "say('named', controls.every(e => name(e).trim().length > 0)); say('reached', controls.every(e => "
        "e.tabIndex >= 0));"
        "canvas().focus({focusVisible: true}); say('outline', getComputedStyle(canvas()).outlineStyle);"
        "say('headings', document.querySelectorAll('h1').length + ' ' + "
        "(document.querySelectorAll('h2').length >= 10));"
        "say('scopes', document.querySelectorAll('th:not([scope])').length); say('lang', "
        "document.documentElement.lang);"));
    EXPECT_THAT(dom, HasSubstr("named=true;reached=true;outline=solid;headings=1 true;scopes=0;lang=en;"));
}

// A frame of the width of a phone tells how wide its content is.
TEST_F(Comparison, FitsOnAPhone) {
    std::string page = report_page("Is it the same?", comparison());
    page.insert(
        page.rfind("</body>"),
        "<script>const root = document.documentElement; parent.postMessage([innerWidth, "
        "root.scrollWidth <= root.clientWidth, Math.min(...Array.from(document.querySelectorAll("
        "'button, select')).map(e => e.getBoundingClientRect().height)) >= 32].join(' '), '*');</script>");
    const std::string dom = rendered(
        "<pre id=said></pre><script>addEventListener('message', e => said.textContent = e.data)</script>"
        "<iframe src=side.html width=390 height=800 frameborder=0></iframe>",
        "--allow-file-access-from-files", page);
    EXPECT_THAT(dom, HasSubstr("390 true true"));
    EXPECT_THAT(dom, Not(HasSubstr(":CONSOLE")));
}

TEST_F(Comparison, IsDarkWhereTheReaderWantsItDark) {
    const std::string script =
        "say('paper', getComputedStyle(document.body).backgroundColor); say('ink', "
        "getComputedStyle(document.body).color);";
    EXPECT_THAT(rendered(probed(script), "--blink-settings=preferredColorScheme=0"),
                HasSubstr("paper=rgb(22, 24, 26);ink=rgb(230, 231, 232);"));
    EXPECT_THAT(rendered(probed(script), "--blink-settings=preferredColorScheme=1"),
                HasSubstr("paper=rgb(253, 253, 252);ink=rgb(29, 32, 33);"));
}

}  // namespace
}  // namespace synfire
