// `cmr phantom agreement`: every measurement against what is true of drawn hearts.
#pragma once

namespace CLI {
class App;
}

namespace cmr {

void registerAgreement(CLI::App& phantom);

}  // namespace cmr
