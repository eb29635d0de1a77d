# The Debian package, which scripts/deb makes.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tlm)
set(CPACK_PACKAGE_CONTACT "tlm maintainers <maintainers@tlm.example.org>"
    CACHE STRING "Maintainer of the package: NAME <ADDRESS>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "plan and apply fleets of agents")
set(CPACK_PACKAGE_DESCRIPTION
    "Workflow files say what agents, teams and tasks there should be on an Agamemnon
server; tlm shows what is different as a plan that people review as text,
carries out exactly that, and reports what has moved since.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
# Whatever the umask of whoever builds it.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
                                                WORLD_EXECUTE)
include(CPack)

# Debian's form of a changelog, with what CHANGELOG.md says beside it.
file(WRITE ${PROJECT_BINARY_DIR}/changelog
"${CPACK_PACKAGE_NAME} (${PROJECT_VERSION}) unstable; urgency=medium

  * See CHANGELOG.md.

 -- ${CPACK_PACKAGE_CONTACT}  Wed, 25 Nov 2026 00:00:00 +0000
")
execute_process(COMMAND gzip -9nf ${PROJECT_BINARY_DIR}/changelog COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${PROJECT_BINARY_DIR}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
